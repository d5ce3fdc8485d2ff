package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.DocumentedKeys;
import dev.forwardguard.testing.guard.OverridableKeys;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Clock;
import java.util.Set;

/** A bot blocker that decides at another path than Poison Fountain's. */
class OtherBotBlockerTest {
    private static final LiveSettings<BotBlockSettings> LIVE =
            new BotBlockBeans().settings(Clock.systemUTC());

    private static BotBlockSettings settings(String yaml) {
        return LIVE.value().check(yaml.getBytes(UTF_8)).settings();
    }

    @ParameterizedTest
    @CsvSource({
        "'', /decide, /decide",
        "'/', /decide, /decide",
        "/base, /decide, /base/decide",
        "/base/, /decide?deep=1, /base/decide?deep=1",
        "/base, /.well-known/check%20it, /base/.well-known/check%20it"
    })
    void isAskedAtItsOwnPath(String prefix, String path, String target) throws IOException {
        try (var upstream = StubUpstream.start();
                var guard =
                        RunningGuard.start(
                                "upstream: {url: '%s%s', path: '%s'}\n"
                                        .formatted(upstream.uri(), prefix, path))) {
            RawAnswer answer = guard.http().ask(BotBlock.KIND.authRequest());

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("X-Guard-Fallback")).isEmpty();
            assertThat(upstream.requests().getFirst().uri()).isEqualTo(target);
        }
    }

    @Test
    void isProbedThereUnlessSaidOtherwise() {
        assertThat(settings("").guard().upstream().probe().path()).isEqualTo("/auth");
        assertThat(settings("upstream: {path: '/a?b'}").guard().upstream().probe().path())
                .isEqualTo("/a?b");
        assertThat(
                        settings("upstream: {path: /a, probe-path: /live}")
                                .guard()
                                .upstream()
                                .probe()
                                .path())
                .isEqualTo("/live");
    }

    @Test
    void logsEveryDocumentedKey() {
        Set<String> documented = DocumentedKeys.of("shared");
        documented.addAll(DocumentedKeys.of("bot-block-guard"));

        assertThat(LIVE.value().get().orElseThrow().inForce())
                .containsOnlyKeys(documented)
                .containsEntry("upstream.path", "/auth");
    }

    /** The others decide who gets in, or where to. */
    @Test
    void overrideTakesFewKeys() {
        Set<String> documented = DocumentedKeys.of("shared");
        documented.addAll(DocumentedKeys.of("bot-block-guard"));

        assertThat(OverridableKeys.among(documented, LIVE))
                .containsExactly(
                        "breaker.consecutive-failures",
                        "breaker.failure-rate",
                        "breaker.minimum-calls",
                        "breaker.probe-interval",
                        "breaker.probe-max-interval",
                        "breaker.trials",
                        "breaker.window",
                        "mode",
                        "upstream.connect-timeout",
                        "upstream.deadline",
                        "upstream.read-timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth", "''", "'/a b'", "'/a#b'", "'/ä'", "\"/a\\u007f\""})
    void pathIsPrintable(String path) {
        assertThatThrownBy(() -> settings("upstream: {path: " + path + "}"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith("line 1: upstream.path must begin with /");
    }
}
