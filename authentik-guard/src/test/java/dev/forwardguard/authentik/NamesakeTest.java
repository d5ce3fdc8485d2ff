package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.telemetry.JsonLines;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Somebody in authentik has the name of an emergency user, and the outpost is well. */
final class NamesakeTest {
    private static final String USERS = Visitor.HTPASSWD + Visitor.HTPASSWD.replace("anna", "jörg");

    private static final String SETTINGS = "upstream: {url: '%s'}\n";

    private final StubUpstream outpost = StubUpstream.start();
    private final RunningGuard guard =
            RunningGuard.start(
                    GuardFiles.with(SETTINGS.formatted(outpost.uri())).htpasswd(USERS),
                    Map.of(SettableClock.PROPERTY, true));
    private final Logger security = (Logger) LoggerFactory.getLogger("security");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        security.addAppender(lines);
    }

    @AfterEach
    void stop() {
        security.detachAppender(lines);
        guard.close();
        outpost.close();
    }

    private RawAnswer askWith(String authorization) throws IOException {
        RawRequest request = Authentik.KIND.authRequest().with("Authorization", authorization);
        return guard.http().ask(request);
    }

    private String status() throws IOException {
        return guard.status();
    }

    private List<String> logged() {
        var json = new JsonLines();
        json.start();
        return lines.list.stream().map(event -> new String(json.encode(event), UTF_8)).toList();
    }

    @Test
    void outpostAndApplicationDoNotGetItAndOperatorsLearnOfIt() throws IOException {
        assertThat(status()).contains("\"namesakes\":0").doesNotContain("lastNamesake");

        RawAnswer answer = askWith(basic("anna", "app password of anna"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Authorization")).isEmpty();
        assertThat(outpost.awaitRequest().header("Authorization")).isEmpty();
        assertThat(logged())
                .singleElement()
                .asString()
                .contains("\"event\":\"emergency_namesake\"", "\"user\":\"anna\"")
                .contains("\"host\":\"app.example\"", "\"path\":\"/page\"", "\"client\"")
                .doesNotContain("app password");
        assertThat(lines.list.getFirst().getLevel()).isEqualTo(Level.WARN);
        assertThat(status())
                .contains("\"namesakes\":1")
                .containsPattern("\"lastNamesake\":\"20\\d\\d-")
                .doesNotContain("anna");
    }

    @Test
    void isOneLineForEachUserAndDay() throws IOException {
        SettableClock clock = guard.bean(SettableClock.class);
        for (int request = 0; request < 3; request++) {
            askWith(basic("anna", "secret " + request));
        }
        askWith(basic("jörg", "secret"));
        assertThat(logged()).hasSize(2);
        assertThat(logged().getLast()).contains("jörg");
        assertThat(status()).contains("\"namesakes\":2");

        clock.advance(Duration.ofHours(23));
        askWith(basic("anna", "secret"));
        assertThat(logged()).hasSize(2);

        clock.advance(Duration.ofMinutes(61));
        assertThat(status()).contains("\"namesakes\":0", "\"lastNamesake\"");
        askWith(basic("anna", "secret"));
        assertThat(logged()).hasSize(3);
        assertThat(status()).contains("\"namesakes\":1");
    }

    /** A refusal, too: that is what the person gets whose app password is gone. */
    @ParameterizedTest
    @ValueSource(ints = {401, 403, 302, 400})
    void isToldWhateverTheVerdict(int status) throws IOException {
        outpost.behaves(Behaviour.answers(status));

        askWith(basic("anna", "secret"));

        assertThat(logged()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic Y2FybDpzZWNyZXQ=", // carl
                "Bearer YW5uYTpzZWNyZXQ=",
                "Digest username=anna",
                "Basic",
                "Basic Basic Basic Basic Basic Basic Basic Basic Basic"
            })
    void othersAreNone(String authorization) throws IOException {
        askWith(authorization);

        assertThat(logged()).isEmpty();
        assertThat(status()).contains("\"namesakes\":0");
    }

    /** The password is checked, and that is another event. */
    @Test
    void isNoneWithoutVerdict() throws IOException {
        outpost.behaves(Behaviour.answers(503));

        askWith(basic("anna", "guess"));

        assertThat(logged()).noneMatch(line -> line.contains("emergency_namesake"));
        assertThat(status()).contains("\"namesakes\":0");
    }

    /** There the password is not checked either. */
    @Test
    void isToldAtOpenPath() throws IOException {
        guard.files()
                .settings(
                        SETTINGS.formatted(outpost.uri())
                                + "emergency: {open: [{host: app.example, path: /}]}\n");
        Eventually.until("the open path", () -> status().contains("\"app.example/\""));
        outpost.behaves(Behaviour.answers(503));

        RawAnswer answer = askWith(basic("anna", "app password of anna"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Authorization")).isEmpty();
        assertNamesake("anna");
    }

    /** Not of the session's own name, which the browser sends by itself. */
    @Test
    void isToldInSessionOfAnother() throws IOException {
        outpost.behaves(Behaviour.answers(503));
        RawRequest page =
                Authentik.KIND
                        .authRequest()
                        .with("Sec-Fetch-Mode", "navigate")
                        .with("Sec-Fetch-Dest", "document")
                        .with("Accept", "text/html");
        String cookie = cookie(guard.http().ask(Visitor.RIGHT.asks(page)));
        RawRequest inSession = Authentik.KIND.authRequest().with("Cookie", cookie);

        RawAnswer own = guard.http().ask(Visitor.RIGHT.asks(inSession));
        assertThat(own.status()).isEqualTo(200);
        assertThat(status()).contains("\"namesakes\":0");

        RawAnswer answer =
                guard.http()
                        .ask(
                                inSession
                                        .with("Authorization", "Bearer of-the-application")
                                        .with("Authorization", basic("jörg", "app password")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("X-authentik-username")).contains("anna");
        assertThat(answer.header("Authorization")).isEmpty();
        assertNamesake("jörg");
    }

    @Test
    void isToldWhileLastVerdictHolds() throws IOException {
        guard.files()
                .settings(SETTINGS.formatted(outpost.uri()) + "verdicts: {survive-outage: 1h}\n");
        Eventually.until(
                "survive-outage",
                () ->
                        guard.bean(LiveSettings.class)
                                .now()
                                .toString()
                                .contains("surviveOutage=PT1H"));
        outpost.behaves(
                Behaviour.answers(
                        new Answer(200, List.of(new Header("X-authentik-username", "grace")), "")));
        RawRequest session =
                Authentik.KIND.authRequest().with("Cookie", "authentik_proxy_x=session");
        guard.http().ask(session);
        outpost.behaves(Behaviour.answers(503));

        RawAnswer answer =
                guard.http().ask(session.with("Authorization", basic("anna", "app password")));

        assertThat(answer.header("X-authentik-username")).contains("grace");
        assertThat(answer.header("Authorization")).isEmpty();
        assertNamesake("anna");
    }

    private void assertNamesake(String user) throws IOException {
        assertThat(logged())
                .filteredOn(line -> line.contains("emergency_namesake"))
                .singleElement()
                .asString()
                .contains("\"user\":\"" + user + "\"")
                .doesNotContain("app password");
        assertThat(status()).contains("\"namesakes\":1");
    }

    private static String cookie(RawAnswer answer) {
        String set = answer.header("Set-Cookie").orElseThrow();
        return set.substring(0, set.indexOf(';'));
    }

    /** Browsers send it for days after somebody was removed. */
    @Test
    void formerUserIsOneAsWell() throws IOException {
        guard.files().htpasswd(Visitor.HTPASSWD.replace("anna", "carl"));
        Eventually.until("the new file", () -> status().contains("\"users\":1"));

        RawAnswer answer = askWith(basic("anna", "secret"));

        assertThat(answer.header("Authorization")).isEmpty();
        assertThat(logged()).hasSize(1);
    }
}
