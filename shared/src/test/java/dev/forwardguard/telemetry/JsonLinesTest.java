package dev.forwardguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

class JsonLinesTest {
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final JsonLines encoder = new JsonLines();
    private Logger log;

    @BeforeEach
    void listen() {
        log = new LoggerContext().getLogger("test");
        events.start();
        log.addAppender(events);
        encoder.start();
    }

    private String line() {
        return new String(encoder.encode(events.list.getFirst()), UTF_8);
    }

    @Test
    void writesKeyValuesAsFields() {
        log.atInfo()
                .addKeyValue("reason", "dns")
                .addKeyValue("counts", Map.of("dns", 3L))
                .addKeyValue("nothing", (Object) null)
                .log("Say {}", "something");

        assertThat(line())
                .startsWith("{\"time\":\"20")
                .contains("\"level\":\"INFO\",\"logger\":\"test\",\"message\":\"Say something\"")
                .contains("\"reason\":\"dns\",\"counts\":{\"dns\":3},\"nothing\":null}")
                .endsWith("}\n");
    }

    @Test
    void writesOneLinePerEvent() {
        log.atWarn()
                .addKeyValue("user", "a\r\n{\"level\":\"FAKE\"}\u001b[31m\u0000\u007f")
                .setCause(new IllegalStateException("two\nlines"))
                .log("a\nb");

        assertThat(line().stripTrailing())
                .doesNotContain("\n")
                .doesNotContain("\u001b")
                .doesNotContain("\u0000")
                .contains("IllegalStateException: two\\nlines");
    }
}
