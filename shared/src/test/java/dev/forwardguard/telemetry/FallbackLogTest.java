package dev.forwardguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.outcome.FallbackReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;

class FallbackLogTest {
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(FallbackLog.class);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final FallbackLog log = new FallbackLog(timer);

    @BeforeEach
    void listen() {
        events.start();
        logger.addAppender(events);
    }

    @AfterEach
    void stopListening() {
        timer.shutdownNow();
        logger.detachAppender(events);
    }

    private List<String> lines() {
        return events.list.stream()
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs())
                .toList();
    }

    @Test
    void logsStartSummariesAndEndOfOutage() {
        for (int i = 0; i < 1000; i++) {
            log.note(FallbackReason.CONNECT_REFUSED);
        }
        log.summarise();
        log.note(FallbackReason.DEADLINE);
        log.note(FallbackReason.CONNECT_REFUSED);
        log.summarise();
        log.summarise();
        log.summarise();

        assertThat(lines())
                .containsExactly(
                        "No verdict from the upstream, deciding without it [reason=\"connect_refused\"]",
                        "Still deciding without verdicts [fallbacks=\"{connect_refused=1000}\"]",
                        "Still deciding without verdicts [fallbacks=\"{connect_refused=1, deadline=1}\"]",
                        "All requests get verdicts again null");
    }

    @Test
    void isDueOnlyDuringAnOutage() {
        assertThat(timer.getQueue()).isEmpty();

        log.note(FallbackReason.CONNECT_REFUSED);
        log.note(FallbackReason.CONNECT_REFUSED);
        assertThat(timer.getQueue()).hasSize(1);

        log.summarise();
        assertThat(timer.getQueue()).isNotEmpty();
    }

    @Test
    void doesNotLogForcedFallback() {
        log.note(FallbackReason.FORCED);
        log.summarise();

        assertThat(events.list).isEmpty();
    }

    @Test
    void logsNothingWithoutFallbacks() {
        log.summarise();

        assertThat(events.list).isEmpty();
    }
}
