package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.live.RegularFile;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code guard.yml} at startup, and its changes while the guard runs. */
public abstract class LiveSettingsContract extends AgainstStubUpstream {
    private static final Pattern REFUSED = Pattern.compile("\"refused\":\"[^\"]*\"");
    private static final Pattern CONFIRMED =
            Pattern.compile("\"settings\":\\{[^}]*\"confirmed\":\"([^\"]*)\"");

    protected LiveSettingsContract(GuardKind kind) {
        super(kind);
    }

    @Test
    void switchesModeWithoutRestart() throws IOException {
        try (var live = RunningGuard.start(settings(), Visitor.HTPASSWD)) {
            assertThat(fallback(live)).isEmpty();

            live.files().settings("mode: fallback\n" + settings());
            Eventually.until("forced fallback", () -> fallback(live).equals(Optional.of("forced")));
            assertThat(metrics(live)).contains("mode=\"fallback\"} 1.0", "mode=\"auto\"} 0.0");

            live.files().settings("mode: auto\n" + settings());
            Eventually.until("the end of forced fallback", () -> fallback(live).isEmpty());
        }
    }

    @Test
    void changesUpstreamWithoutRestart() throws IOException {
        try (var other = StubUpstream.start();
                var live = RunningGuard.start(settings(), Visitor.HTPASSWD)) {
            live.http().ask(kind.authRequest());
            assertThat(upstream.requests()).hasSize(1);

            live.files().settings("upstream: {url: '%s'}\n".formatted(other.uri()));

            Eventually.until(
                    "a request to the other upstream",
                    () -> {
                        live.http().ask(kind.authRequest());
                        return !other.requests().isEmpty();
                    });
            assertThat(fallback(live)).isEmpty();
        }
    }

    @Test
    void rejectsInvalidSettingsAndKeepsLastGood() throws IOException {
        String modeFallback = "mode: fallback\n" + settings();
        try (var live = RunningGuard.start(modeFallback, Visitor.HTPASSWD)) {
            live.files().settings("mode: auto\n" + settings() + "surprise: 1\n");
            Eventually.until("the rejection", () -> rejected(live) == 1);
            assertThat(fallback(live)).contains("forced");
            assertThat(status(live)).contains("unknown key surprise");
            assertThat(meter(live, "guard_settings_refused")).isEqualTo(1);

            live.files().settings("mode: auto\n" + settings() + "surprise: 2\n");
            Eventually.until("the second rejection", () -> rejected(live) == 2);
            assertThat(fallback(live)).contains("forced");

            live.files().settings("mode: auto\n" + settings());
            Eventually.until("the end of forced fallback", () -> fallback(live).isEmpty());
            assertThat(rejected(live)).isEqualTo(2);
            assertThat(status(live)).doesNotContain("surprise");
            assertThat(meter(live, "guard_settings_refused")).isZero();
        }
    }

    @Test
    void countsSameInvalidContentOnce() throws IOException {
        try (var live = RunningGuard.start(settings(), Visitor.HTPASSWD)) {
            live.files().settings("mode: sometimes\n");
            Eventually.until("the rejection", () -> rejected(live) == 1);

            writeAgain(live);
            writeAgain(live);

            assertThat(rejected(live)).isEqualTo(1);
        }
    }

    /** Waits for one poll. After two, what was written first has been read. */
    private static void writeAgain(RunningGuard live) throws IOException {
        String before = confirmed(live);
        live.files().settings("mode: sometimes\n");
        Eventually.until("a poll of the file", () -> !confirmed(live).equals(before));
    }

    private static String confirmed(RunningGuard live) throws IOException {
        Matcher confirmed = CONFIRMED.matcher(status(live));
        assertThat(confirmed.find()).isTrue();
        return confirmed.group(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: sometimes                          | line 1 | mode",
                "mode: auto%nsurprise: 1                  | line 2 | surprise",
                "upstream:%n  url: ftp://x                | line 2 | upstream.url",
                "upstream:%n  url: http://x%n  deadline: 9| line 3 | upstream.deadline",
                "upstream:%n  max-concurrent: 0           | line 2 | upstream.max-concurrent",
                "upstream:%n  failure-statuses: [502, x]  | line 2 | upstream.failure-statuses",
                "upstream:%n  retries: 3                  | line 2 | upstream.retries",
                "mode: auto%nmode: auto                   | line 2 | mode",
                "mode: [                                  | line   | not YAML",
                "- mode                                   | line 1 | document"
            })
    void invalidSettingsStopStartup(String text, String line, String key) throws IOException {
        assertNotInForceAtStartup(text.formatted(), line, key);
    }

    @Test
    void tooLargeFileStopsStartup() throws IOException {
        assertNotInForceAtStartup(
                "#".repeat(RegularFile.MAX_BYTES + 1), "larger than 1048576 bytes");
    }

    /**
     * A guard that fails open starts on its defaults, and says so; the other one does not start.
     */
    private void assertNotInForceAtStartup(String text, String... mistake) throws IOException {
        GuardFiles files = GuardFiles.with(text);
        if (kind.outcomeWithoutVerdict() == Outcome.ALLOW) {
            try (var started = RunningGuard.start(files, Map.of())) {
                assertThat(REFUSED.matcher(status(started)).results())
                        .singleElement()
                        .satisfies(refused -> assertThat(refused.group()).contains(mistake));
                assertThat(metrics(started))
                        .containsPattern("guard_settings_refused\\{guard=\"[a-z-]+\"} 1\\.0");
            }
        } else {
            assertThatThrownBy(() -> RunningGuard.start(files, Map.of()).close())
                    .rootCause()
                    .message()
                    .contains(files.settings().toString())
                    .contains(mistake);
        }
        files.delete();
    }

    @Test
    void missingFileStopsStartup() {
        GuardFiles files = GuardFiles.with("mode: auto\n");
        Map<String, Object> elsewhere =
                Map.of("guard.settings.file", files.settings() + ".missing");

        assertThatThrownBy(() -> RunningGuard.start(files, elsewhere).close())
                .rootCause()
                .message()
                .contains("guard.settings.file", files.settings() + ".missing");

        files.delete();
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

    private static double rejected(RunningGuard live) throws IOException {
        return meter(live, "guard_settings_rejected_total");
    }

    private static double meter(RunningGuard live, String name) throws IOException {
        return metrics(live)
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }
}
