package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.telemetry.JsonLines;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an application gets to know of an emergency user, by each of the ways in. */
final class EmergencyIdentitiesTest {
    private static final String USERS = Visitor.HTPASSWD + Visitor.HTPASSWD.replace("anna", "bert");
    private static final String IDENTITIES =
            """
            emergency:
              form: true
              groups: [everybody]
              identities:
                anna: {email: anna@canary.example, name: Änna Canary, groups: [canaries, 'ö l']}
                carl: {email: carl@canary.example, name: Carl Canary, groups: [canaries]}
            """;
    private static final Map<String, String> ANNA =
            Map.of(
                    "X-authentik-username",
                    "anna",
                    "X-authentik-email",
                    "anna@canary.example",
                    "X-authentik-name",
                    octets("Änna Canary"),
                    "X-authentik-groups",
                    octets("canaries|ö l"));

    private final RunningGuard guard = RunningGuard.scripted(IDENTITIES, USERS);

    EmergencyIdentitiesTest() {
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
    }

    @AfterEach
    void stop() {
        guard.close();
    }

    /** As authentik sends it: one char for each byte of UTF-8. */
    private static String octets(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    private static RawRequest background() {
        return RawRequest.get(Authentik.KIND.path())
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example.com")
                .with("X-Forwarded-Uri", "/page")
                .with("X-Forwarded-Method", "GET");
    }

    private static RawRequest page() {
        return background().with("Sec-Fetch-Mode", "navigate").with("Accept", "text/html");
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    /** The identity headers with a value; all of them must be there, once. */
    private static Map<String, String> identity(RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(200);
        Map<String, String> identity = new TreeMap<>();
        for (String name : IdentityHeaders.NAMES) {
            assertThat(answer.headers(name)).hasSize(1);
            if (!answer.headers(name).getFirst().isEmpty()) {
                identity.put(name, answer.headers(name).getFirst());
            }
        }
        return identity;
    }

    private static String cookie(RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(303);
        String set = answer.header("Set-Cookie").orElseThrow();
        return set.substring(0, set.indexOf(';'));
    }

    @Test
    void passwordTellsIdentity() throws IOException {
        assertThat(identity(ask(Visitor.RIGHT.asks(background())))).isEqualTo(ANNA);
    }

    @Test
    void whatVisitorsSendThemselvesIsReplaced() throws IOException {
        RawRequest spoofed =
                Visitor.RIGHT
                        .asks(background())
                        .with("X-authentik-email", "root@example.com")
                        .with("X-authentik-name", "root")
                        .with("X-authentik-uid", "0");

        assertThat(identity(ask(spoofed))).isEqualTo(ANNA);
    }

    @Test
    void userWithoutIdentityHasGroupsOfAll() throws IOException {
        RawRequest bert = background().with("Authorization", Visitor.basic("bert", "secret"));

        assertThat(identity(ask(bert)))
                .isEqualTo(
                        Map.of("X-authentik-username", "bert", "X-authentik-groups", "everybody"));
    }

    @Test
    void sessionTellsIdentity() throws IOException {
        String cookie = cookie(ask(Visitor.RIGHT.asks(page())));

        assertThat(identity(ask(background().with("Cookie", cookie)))).isEqualTo(ANNA);
    }

    @Test
    void sessionOfFormTellsIdentity() throws IOException {
        String body = "page=%2Fpage&user=anna&password=secret";
        RawRequest form =
                RawRequest.of("POST", EmergencyPaths.SIGN_IN)
                        .with("X-Forwarded-Proto", "https")
                        .with("X-Forwarded-Host", "app.example.com")
                        .with("Origin", "https://app.example.com")
                        .with("Sec-Fetch-Site", "same-origin")
                        .with("Content-Type", "application/x-www-form-urlencoded")
                        .with("Content-Length", "" + body.length())
                        .body(body);

        String cookie = cookie(ask(form));

        assertThat(identity(ask(background().with("Cookie", cookie)))).isEqualTo(ANNA);
    }

    /** An identity is no way in. */
    @Test
    void userWhoIsNotInHtpasswdFileGetsNothing() throws IOException {
        RawRequest carl = background().with("Authorization", Visitor.basic("carl", "secret"));

        assertThat(ask(carl).status()).isEqualTo(401);
    }

    @Test
    void changeIsInForceForOpenSessions() throws IOException {
        String cookie = cookie(ask(Visitor.RIGHT.asks(page())));

        guard.files().settings("emergency: {identities: {anna: {email: new@example.com}}}\n");

        Map<String, String> changed =
                Map.of("X-authentik-username", "anna", "X-authentik-email", "new@example.com");
        Eventually.until(
                "the new identity",
                () -> identity(ask(background().with("Cookie", cookie))).equals(changed));
    }

    /** The last good ones go on. */
    @Test
    void badOneRejectsTheFileAndNothingElseChanges() throws IOException {
        guard.files()
                .settings(
                        "emergency: {message: Lost, identities: {anna: {email: \"canary\\n\"}}}\n");
        Eventually.until("the rejection", () -> status().contains("\"refused\""));

        assertThat(status())
                .contains("line 1: emergency.identities.<user>.email must be visible characters");
        assertThat(identity(ask(Visitor.RIGHT.asks(background())))).isEqualTo(ANNA);
        assertThat(ask(page()).body()).doesNotContain("Lost");
    }

    private String status() throws IOException {
        return guard.status();
    }

    @Test
    void areANumberInStatusLogAndMetrics() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger own = (Logger) LoggerFactory.getLogger("dev.forwardguard");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        root.addAppender(lines);
        own.setLevel(Level.TRACE);
        try {
            guard.files().settings(IDENTITIES + "    dora: {name: Dora Canary}\n");
            Eventually.until("three of them", () -> status().contains("\"identities\":3"));
            ask(Visitor.RIGHT.asks(background()));
            ask(Visitor.WRONG.asks(background()));
            cookie(ask(Visitor.RIGHT.asks(page())));
            guard.files().settings(IDENTITIES + "    dora: {name: [Dora Canary]}\n");
            Eventually.until("the rejection", () -> status().contains("\"refused\""));
            guard.files().settings(IDENTITIES + "    dora: {dora@canary.example: x}\n");
            Eventually.until("the second rejection", () -> status().contains("unknown key"));
        } finally {
            root.detachAppender(lines);
            own.setLevel(null);
        }

        String log = written(lines);
        assertThat(log).contains("emergency.identities=3 users", "emergency_login");
        for (String told :
                new String[] {
                    log,
                    status(),
                    guard.management().ask(RawRequest.get("/prometheus")).body(),
                    guard.management().ask(RawRequest.get("/health")).body(),
                    guard.bean(LiveSettings.class).now().toString()
                }) {
            assertThat(told).isNotEmpty().doesNotContainIgnoringCase("canar");
        }
    }

    /** As on standard output. Other threads may still log. */
    private static String written(ListAppender<ILoggingEvent> lines) {
        var json = new JsonLines();
        json.start();
        List<ILoggingEvent> events;
        synchronized (lines) {
            events = List.copyOf(lines.list);
        }
        return events.stream()
                .map(event -> new String(json.encode(event), UTF_8))
                .collect(Collectors.joining());
    }
}
