package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CapturedLogsTest {
    private static final String SECRET = "the secret of CapturedLogsTest";

    private final CapturedLogs logs = new CapturedLogs();

    @BeforeEach
    void start() {
        CapturedLogs.mustNotLog(SECRET);
        logs.start();
    }

    @AfterEach
    void stop() {
        logs.stop();
    }

    private static void log(String text) {
        LoggerFactory.getLogger(CapturedLogsTest.class).info(text);
    }

    @Test
    void findsSecretThatWasLoggedBeforeClear() {
        log("a line with " + SECRET);
        logs.clear();
        log("a line");

        assertThat(logs.logged()).isNotEmpty().noneMatch(line -> line.contains(SECRET));
        assertThatThrownBy(logs::assertNoSecrets)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(SECRET);
    }

    @Test
    void isContentWithoutSecrets() {
        log("a line");
        logs.clear();

        logs.assertNoSecrets();
    }
}
