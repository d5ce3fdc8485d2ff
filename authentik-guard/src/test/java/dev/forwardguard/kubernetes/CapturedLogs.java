package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;

import dev.forwardguard.telemetry.JsonLines;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;

/**
 * Captures everything that the guard and its libraries log during a test class, at TRACE, instead
 * of printing it. After the class, asserts that no captured line contains a token, a password or a
 * hash.
 */
final class CapturedLogs implements BeforeAllCallback, AfterAllCallback {
    private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();

    /** So many characters of a secret find it; shorter ones may be in a line by chance. */
    private static final int BEGINNING = 7;

    /** All of the class, also those before a {@link #clear}. */
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    private final ConcurrentLinkedQueue<String> latest = new ConcurrentLinkedQueue<>();
    private final List<Appender<ILoggingEvent>> console = new ArrayList<>();
    private final JsonLines format = new JsonLines();
    private final java.util.logging.Logger okhttp = java.util.logging.Logger.getLogger("okhttp3");

    private final AppenderBase<ILoggingEvent> capture =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    add(new String(format.encode(event), UTF_8));
                }
            };

    private final Handler captureOkHttp =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    add(record.getMessage() + " " + record.getThrown());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    /** Registers a text that must not appear in any log line. */
    static void mustNotLog(String secret) {
        if (secret.length() >= BEGINNING) {
            SECRETS.add(secret);
        }
    }

    /** The lines of the guard at INFO and WARN since the last {@link #clear}. */
    List<String> logged() {
        return latest.stream()
                .filter(line -> line.contains("\"INFO\"") || line.contains("\"WARN\""))
                .filter(line -> line.contains("dev.forwardguard"))
                .toList();
    }

    /** Begins anew for {@link #logged}. The lines so far must not contain a secret either. */
    void clear() {
        latest.clear();
    }

    private void add(String line) {
        lines.add(line);
        latest.add(line);
    }

    void assertNoSecrets() {
        assertThat(lines).as("the log at TRACE").isNotEmpty();
        // All classes together have thousands of secrets, too many to search each in each line
        Map<String, List<String>> byBeginning =
                SECRETS.stream()
                        .collect(Collectors.groupingBy(each -> each.substring(0, BEGINNING)));
        assertThat(lines)
                .as("lines with a secret")
                .noneMatch(line -> containsSecret(line, byBeginning));
    }

    private static boolean containsSecret(String line, Map<String, List<String>> byBeginning) {
        for (int start = 0; start <= line.length() - BEGINNING; start++) {
            int here = start;
            if (byBeginning
                    .getOrDefault(line.substring(start, start + BEGINNING), List.of())
                    .stream()
                    .anyMatch(secret -> line.startsWith(secret, here))) {
                return true;
            }
        }
        return false;
    }

    /** JUnit also calls the extension for nested classes, within their enclosing class. */
    private static boolean isNested(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() != null;
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (!isNested(context)) {
            start();
        }
    }

    void start() {
        for (Iterator<Appender<ILoggingEvent>> all = root().iteratorForAppenders();
                all.hasNext(); ) {
            console.add(all.next());
        }
        console.forEach(root()::detachAppender);
        format.start();
        capture.setContext(root().getLoggerContext());
        capture.start();
        root().addAppender(capture);
        root().setLevel(Level.TRACE);
        okhttp.setLevel(java.util.logging.Level.ALL);
        okhttp.addHandler(captureOkHttp);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!isNested(context)) {
            stop();
        }
        assertNoSecrets();
    }

    void stop() {
        root().detachAppender(capture);
        root().setLevel(Level.INFO);
        console.forEach(root()::addAppender);
        okhttp.removeHandler(captureOkHttp);
        okhttp.setLevel(null);
    }
}
