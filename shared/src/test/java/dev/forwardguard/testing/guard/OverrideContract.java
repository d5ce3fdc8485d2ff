package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.ConfigMapVolume;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** The override, mounted as a cluster does, while the guard runs and when it starts. */
public abstract class OverrideContract extends AgainstStubUpstream {
    private static final String KEY = "guard.yml";
    private static final Optional<String> FORCED = Optional.of("forced");

    private GuardFiles files;
    private ConfigMapVolume volume;

    protected OverrideContract(GuardKind kind) {
        super(kind);
    }

    @BeforeEach
    void mount() {
        files = GuardFiles.with(settings()).htpasswd(Visitor.HTPASSWD);
        volume = files.mountOverride();
    }

    @AfterEach
    void unmount() {
        files.delete();
    }

    private RunningGuard startWithOverride() {
        return RunningGuard.start(files, Map.of());
    }

    @Test
    void isInForceWhileItExists() throws IOException {
        try (var live = startWithOverride()) {
            assertThat(fallback(live)).isEmpty();
            assertThat(status(live)).doesNotContain("settings-override");

            for (int drill = 0; drill < 2; drill++) {
                volume.contains(KEY, "mode: fallback\n");
                Eventually.until("forced fallback", () -> fallback(live).equals(FORCED));
                assertThat(status(live))
                        .contains(
                                "\"mode\":\"fallback\"",
                                "\"settings-override\":{\"keys\":{\"mode\":\"fallback\"}");
                assertThat(metrics(live)).contains("mode=\"fallback\"} 1.0");
                assertGauges(live, 1, 0);

                volume.absent();
                Eventually.until("the end of it", () -> fallback(live).isEmpty());
                assertThat(status(live))
                        .contains("\"mode\":\"auto\"")
                        .doesNotContain("settings-override");
                assertGauges(live, 0, 0);
            }
        }
    }

    /** Some mount only an empty directory, and others none. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isFoundWhereNothingWasAtTheStart(boolean mounted) throws IOException {
        files.delete();
        files = GuardFiles.with(settings()).htpasswd(Visitor.HTPASSWD);
        if (mounted) {
            Files.createDirectory(files.overrideDirectory());
        }
        try (var live = startWithOverride()) {
            files.mountOverride().contains(KEY, "mode: fallback\n");

            Eventually.until("forced fallback", () -> fallback(live).equals(FORCED));
        }
    }

    @Test
    void isInForceFromTheStart() throws IOException {
        volume.contains(KEY, "mode: fallback\n");

        try (var live = startWithOverride()) {
            assertThat(fallback(live)).isEqualTo(FORCED);
            assertGauges(live, 1, 0);
        }
    }

    @Test
    void invalidOneIsIgnoredAtTheStart() throws IOException {
        files.settings("mode: fallback\n" + settings());
        volume.contains(KEY, "mode: automatic\n");

        try (var live = startWithOverride()) {
            assertIgnored(live, "line 1: mode must be one of auto, fallback, upstream");
            assertThat(fallback(live)).isEqualTo(FORCED);

            volume.contains(KEY, "mode: auto\n");
            Eventually.until("the override", () -> fallback(live).isEmpty());
            assertGauges(live, 1, 0);
        }
    }

    @Test
    void replacedByInvalidOneIsIgnored() throws IOException {
        volume.contains(KEY, "mode: fallback\n");
        try (var live = startWithOverride()) {
            volume.contains(KEY, "mode: fallback\nsurprise: 1\n");
            Eventually.until("the end of it", () -> fallback(live).isEmpty());

            assertIgnored(live, "line 2: surprise cannot be overridden; these can: mode, ");

            volume.absent();
            Eventually.until("no override", () -> !status(live).contains("settings-override"));
            assertGauges(live, 0, 0);
        }
    }

    /** What nobody may change who may only write the override. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstream: {url: 'http://192.0.2.1'}",
                "drop-request-headers: []",
                "client-address: x-real-ip",
                "trusted-proxies: [0.0.0.0/0]",
                "relay-cookies: [session]"
            })
    void changesNothingElse(String other) throws IOException {
        volume.contains(KEY, "mode: fallback\n" + other + "\n");

        try (var live = startWithOverride()) {
            assertIgnored(live, "line 2: ", "cannot be overridden");
            assertThat(fallback(live)).isEmpty();
        }
    }

    @Test
    void staysOverOtherSettings() throws IOException {
        volume.contains(KEY, "upstream: {deadline: 7s}\n");
        try (var live = startWithOverride()) {
            files.settings("mode: fallback\n" + settings());
            Eventually.until("forced fallback", () -> fallback(live).equals(FORCED));
            assertGauges(live, 1, 0);
            assertThat(status(live)).contains("\"upstream.deadline\":\"7s\"");

            files.settings("mode: automatic\n");
            Eventually.until("the rejection", () -> status(live).contains("\"refused\""));
            assertThat(fallback(live)).isEqualTo(FORCED);
            assertGauges(live, 1, 0);
        }
    }

    private void assertIgnored(RunningGuard live, String... why) throws IOException {
        assertThat(status(live))
                .contains("\"settings-override\":{\"refused\":\"" + files.override() + ": ")
                .contains(why);
        assertGauges(live, 0, 1);
    }

    private static void assertGauges(RunningGuard live, int inForce, int refused)
            throws IOException {
        assertThat(metrics(live))
                .containsPattern("guard_settings_override\\{[^}]*} " + inForce)
                .containsPattern("guard_settings_override_refused\\{[^}]*} " + refused);
    }

    private Optional<String> fallback(RunningGuard live) throws IOException {
        return live.http().ask(kind.authRequest()).header("X-Guard-Fallback");
    }

    private static String metrics(RunningGuard live) throws IOException {
        return live.management().ask(RawRequest.get("/prometheus")).body();
    }

    private static String status(RunningGuard live) throws IOException {
        return live.status();
    }
}
