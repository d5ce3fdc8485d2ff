package dev.forwardguard.authentik.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.OptionalInt;

class LoginStatusTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** 0 stands for no answer. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "'',                    UNKNOWN",
        "'200',                 HEALTHY",
        "'204',                 HEALTHY",
        "'299',                 HEALTHY",
        "'500 503 0 0 500 503', UNKNOWN",
        "'200 500',             HEALTHY",
        "'200 500 0',           HEALTHY",
        "'200 500 0 599',       FAILING",
        "'200 0 0 0',           FAILING",
        "'500 500 200 500',     HEALTHY",
        "'500 500 500 200 500', HEALTHY",
        "'200 0 0 204 0 0',     HEALTHY",
        "'200 0 0 0 204 204',   FAILING",
        "'200 0 0 0 204 204 204', HEALTHY",
        "'200 0 0 0 204 204 0 204 204', FAILING",
        "'200 0 0 0 204 404 204 0', HEALTHY",
        "'404',                 WRONG_ADDRESS",
        "'302',                 WRONG_ADDRESS",
        "'401 0 0 0 0',         WRONG_ADDRESS",
        "'404 200',             HEALTHY",
        "'200 404 0 0',         WRONG_ADDRESS",
        "'200 404 0 0 0',       FAILING",
        "'200 0 0 0 404 404',   FAILING",
        "'200 0 0 0 404 404 404', WRONG_ADDRESS",
        "'200 0 0 404 0 0',     WRONG_ADDRESS",
        "'600',                 WRONG_ADDRESS",
    })
    void changesAfterThreeAnswersInARowOnceItWasHealthy(String answers, LoginState state) {
        assertThat(after(LoginStatus.unknown(START), answers).state()).isEqualTo(state);
    }

    @Test
    void pauseForgetsFailuresButNotThatTheAddressIsRight() {
        LoginStatus failing = after(LoginStatus.unknown(START), "200 0 0 0");

        LoginStatus paused = failing.paused(START.plusSeconds(60));

        assertThat(paused.state()).isEqualTo(LoginState.UNKNOWN);
        assertThat(paused.lastStatus()).isEmpty();
        assertThat(after(paused, "0 0").state()).isEqualTo(LoginState.UNKNOWN);
        assertThat(after(paused, "0 0 0").state()).isEqualTo(LoginState.FAILING);
    }

    @Test
    void remembersSinceWhenAndTheLastStatus() {
        LoginStatus status =
                LoginStatus.unknown(START)
                        .after(OptionalInt.of(204), START.plusSeconds(1))
                        .after(OptionalInt.of(200), START.plusSeconds(2));

        assertThat(status.since()).isEqualTo(START.plusSeconds(1));
        assertThat(status.lastStatus()).hasValue(200);
    }

    private static LoginStatus after(LoginStatus first, String answers) {
        LoginStatus status = first;
        for (String answer : answers.strip().split(" ", -1)) {
            if (!answer.isEmpty()) {
                int code = Integer.parseInt(answer);
                status =
                        status.after(code == 0 ? OptionalInt.empty() : OptionalInt.of(code), START);
            }
        }
        return status;
    }
}
