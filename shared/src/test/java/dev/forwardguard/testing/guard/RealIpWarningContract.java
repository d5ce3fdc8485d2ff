package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

import dev.forwardguard.settings.RealIpWarning;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@code client-address: x-real-ip} is sound behind one gateway only, which the log says once. */
public abstract class RealIpWarningContract {
    private static final String REAL_IP = "client-address: x-real-ip\n";

    private final Logger logger = (Logger) LoggerFactory.getLogger(RealIpWarning.class);
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    events.add(event);
                }
            };

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
    }

    private void assertWarnings(int count) {
        assertThat(events)
                .hasSize(count)
                .allSatisfy(
                        event -> {
                            assertThat(event.getLevel()).isEqualTo(Level.WARN);
                            assertThat(event.getFormattedMessage())
                                    .startsWith("client-address: x-real-ip");
                        });
    }

    @Test
    void isLoggedOnceAtStart() throws IOException {
        try (var guard = RunningGuard.start(REAL_IP)) {
            assertWarnings(1);

            change(guard, REAL_IP + "mode: fallback\n", "fallback");

            assertWarnings(1);
        }
    }

    @Test
    void isLoggedWhenSettingChangesToIt() throws IOException {
        try (var guard = RunningGuard.start("mode: auto\n")) {
            change(guard, "client-address: x-forwarded-for\nmode: fallback\n", "fallback");
            assertWarnings(0);

            change(guard, REAL_IP + "mode: upstream\n", "upstream");
            Eventually.until("the warning", () -> !events.isEmpty());
            assertWarnings(1);
        }
    }

    private static void change(RunningGuard guard, String settings, String mode)
            throws IOException {
        String inForce = "mode=\"%s\"} 1.0".formatted(mode);
        guard.files().settings(settings);
        Eventually.until(
                "the new settings",
                () ->
                        guard.management()
                                .ask(RawRequest.get("/prometheus"))
                                .body()
                                .contains(inForce));
    }
}
