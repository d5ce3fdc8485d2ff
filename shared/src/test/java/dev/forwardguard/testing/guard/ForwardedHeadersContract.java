package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

import dev.forwardguard.forwarded.ForwardedHeaders;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * What a guard says when the gateway cannot be right about visitors, in the log and in {@code
 * /status}; and the manual has the same words.
 */
public abstract class ForwardedHeadersContract extends AgainstStubUpstream {
    private static final Pattern SENTENCES = Pattern.compile("(?<=[.:]) (?=[A-Za-z])");

    private final Logger logger = (Logger) LoggerFactory.getLogger(ForwardedHeaders.class);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    log.add(event.getLevel() + " " + event.getFormattedMessage());
                }
            };

    protected ForwardedHeadersContract(GuardKind kind) {
        super(kind);
    }

    @BeforeEach
    void listen() {
        log.clear();
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
    }

    private RunningGuard start(String settings) {
        return RunningGuard.start(
                GuardFiles.with(settings() + settings).htpasswd(Visitor.HTPASSWD),
                Map.of(SettableTicker.PROPERTY, true));
    }

    /** Behind a load balancer that hides the addresses, and with TLS that ended before Traefik. */
    @Test
    void tellsOfOneAddressAndOfRequestsWithoutTls() throws IOException {
        RawRequest hidden =
                kind.authRequestFrom("10.42.0.1")
                        .without("X-Forwarded-Proto")
                        .with("X-Forwarded-Proto", "http");
        try (var asked = start("")) {
            count(asked, 999, hidden);
            assertThat(status(asked)).contains("\"forwarded-headers\":{\"requests\":0}");

            asked.bean(SettableTicker.class).advance(Duration.ofMinutes(10));
            count(asked, 1, hidden);

            assertThat(log).hasSize(2).allSatisfy(this::isSaid);
            for (String line : log) {
                assertThat(status(asked))
                        .contains("\"forwarded-headers\":{\"requests\":1000,\"warnings\":[")
                        .contains(line.replace("WARN ", "\""));
            }

            asked.bean(SettableTicker.class).advance(Duration.ofHours(1));
            count(asked, 999, kind.authRequest());
            asked.bean(SettableTicker.class).advance(Duration.ofMinutes(10));
            count(asked, 1, kind.authRequest());

            assertThat(status(asked)).contains("\"forwarded-headers\":{\"requests\":1000}");
            assertThat(log.subList(2, log.size())).hasSize(2).allSatisfy(this::isSaid);
        }
    }

    @Test
    void tellsOfUntrustedPeer() throws IOException {
        try (var asked = start("trusted-proxies: [192.0.2.0/24]\n")) {
            count(asked, 2, kind.authRequest());

            assertThat(log).singleElement().satisfies(this::isSaid);
            assertThat(status(asked)).contains(log.getFirst().replace("WARN ", "[\""));
        }
    }

    private static void count(RunningGuard asked, int requests, RawRequest each)
            throws IOException {
        try (RawConnection connection = asked.http().connect()) {
            for (int i = 0; i < requests; i++) {
                assertThat(connection.ask(each).status()).isEqualTo(200);
            }
        }
    }

    private static String status(RunningGuard asked) throws IOException {
        return asked.status();
    }

    /** Sentence by sentence, because the manual does not repeat what the guards have in common. */
    private void isSaid(String line) throws IOException {
        String manual =
                Files.readString(Path.of("..", "shared", "README.md")).replaceAll("\n(> )?", " ");
        String text = line.replaceFirst("^[A-Z]+ ", "").replace("127.0.0.1", "203.0.113.9");
        for (String sentence : SENTENCES.split(text, -1)) {
            assertThat(manual.contains(sentence.replaceFirst("\\.$", ""))).as(sentence).isTrue();
        }
    }
}
