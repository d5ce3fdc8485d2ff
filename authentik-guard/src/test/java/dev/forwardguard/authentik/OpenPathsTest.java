package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.authentik.emergency.LoginMetric;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import io.micrometer.core.instrument.MeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Locale;

/** A webhook comes in during an outage, and nothing else does. */
final class OpenPathsTest {
    private static final String HOOKS =
            """
            emergency:
              open:
                - host: app.example
                  path: /hooks
                  methods: [POST]
            """;
    private static final String SIGNATURE = "Bearer of-the-application";

    private RunningGuard guard = start(HOOKS, Visitor.HTPASSWD);

    private static RunningGuard start(String settings, String htpasswd) {
        RunningGuard started = RunningGuard.scripted(settings, htpasswd);
        started.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        return started;
    }

    private void restart(String settings, String htpasswd) {
        guard.close();
        guard = start(settings, htpasswd);
    }

    @AfterEach
    void stop() {
        guard.close();
    }

    private static RawRequest request(String protocol, String method, String uri) {
        return RawRequest.get(Authentik.KIND.path())
                .with("X-Forwarded-Proto", protocol)
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Method", method)
                .with("X-Forwarded-Uri", uri);
    }

    private static RawRequest hook() {
        return request("https", "POST", "/hooks/build?token=1");
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    private double count() {
        return guard.bean(MeterRegistry.class)
                .get("guard.emergency.login")
                .tag("result", LoginMetric.OPEN.label())
                .counter()
                .count();
    }

    @Test
    void passesAsNobody() throws IOException {
        RawRequest forged = hook();
        for (String name : IdentityHeaders.NAMES) {
            forged = forged.with(name, "forged").with(name.toLowerCase(Locale.ROOT), "forged");
        }

        RawAnswer answer = ask(forged);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(IdentityHeaders.NAMES)
                .allSatisfy(name -> assertThat(answer.headers(name)).containsExactly(""));
        assertThat(answer.headers(AuthResponse.FALLBACK_HEADER)).containsExactly("connect_refused");
        assertThat(answer.headers("Authorization")).isEmpty();
        assertThat(answer.headers("Set-Cookie")).isEmpty();
        assertThat(count()).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "http, POST, /hooks, 403",
        "https, GET, /hooks, 401",
        "https, POST, /, 401",
        "https, POST, /hooks/../admin, 401",
        "https, POST, /hooksx, 401"
    })
    void passesNothingElse(String protocol, String method, String uri, int status)
            throws IOException {
        assertThat(ask(request(protocol, method, uri)).status()).isEqualTo(status);
        assertThat(count()).isZero();
    }

    @Test
    void passesNothingWithoutUsers() throws IOException {
        restart(HOOKS, "");

        assertThat(ask(hook()).status()).isEqualTo(503);
        assertThat(count()).isZero();
    }

    @Test
    void passesNothingUnlessConfigured() throws IOException {
        restart("emergency: {open: []}\n", Visitor.HTPASSWD);

        assertThat(ask(hook()).status()).isEqualTo(401);
    }

    @Test
    void passesOwnTokenOn() throws IOException {
        RawAnswer answer = ask(hook().with("Authorization", SIGNATURE));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("Authorization")).containsExactly(SIGNATURE);
    }

    /** The wrong one, too: this is no place to try passwords. */
    @ParameterizedTest
    @CsvSource({"secret", "wrong"})
    void keepsEmergencyPassword(String password) throws IOException {
        RawAnswer answer = ask(hook().with("Authorization", basic("anna", password)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("Authorization")).isEmpty();
        assertThat(answer.headers("X-authentik-username")).containsExactly("");
    }

    @Test
    void passesTwoTokensOnAsNone() throws IOException {
        RawAnswer answer =
                ask(hook().with("Authorization", SIGNATURE).with("Authorization", "Bearer b"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("Authorization")).isEmpty();
    }

    @Test
    void asksOutpostWhileThereIsOne() throws IOException {
        guard.upstream().decides(401, "");

        assertThat(ask(hook()).status()).isEqualTo(401);
        assertThat(count()).isZero();
    }

    /** Whoever fills the guard with requests brings that about. */
    @Test
    void opensNothingByOverload() throws IOException {
        guard.upstream().isUnavailable(FallbackReason.OVERLOAD);

        assertThat(ask(hook()).status()).isEqualTo(401);
        assertThat(count()).isZero();
    }

    @Test
    void failsLikeEverythingInModeUpstream() throws IOException {
        restart("mode: upstream\n" + HOOKS, Visitor.HTPASSWD);

        assertThat(ask(hook()).status()).isEqualTo(502);
    }

    @Test
    void warnsInStatus() throws IOException {
        String open = guard.status();
        restart("", Visitor.HTPASSWD);
        String closed = guard.status();

        assertThat(open)
                .contains(
                        "\"open\":{\"paths\":[\"POST app.example/hooks\"],\"warning\":\"anybody gets to");
        assertThat(closed).contains("\"open\":{\"paths\":[]}");
    }

    @ParameterizedTest
    @CsvSource({"auth/nginx, false", "auth/envoy/*, false", "auth/traefik, true"})
    void statusTellsThatNothingCanBeOpen(String path, boolean may) throws IOException {
        restart("guarded-paths: [/outpost.goauthentik.io/%s]\n%s".formatted(path, HOOKS), "");

        String status = guard.status();

        assertThat(status.contains("\"warning\":\"anybody gets to these")).isEqualTo(may);
        assertThat(status.contains("\"warning\":\"none of these opens at the guarded-paths"))
                .isEqualTo(!may);
    }

    @Test
    void isLoggedWithoutQuery() throws IOException {
        var logger = (Logger) LoggerFactory.getLogger("security");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        logger.addAppender(events);
        try {
            ask(hook());
        } finally {
            logger.detachAppender(events);
        }

        assertThat(events.list)
                .singleElement()
                .extracting(event -> event.getKeyValuePairs().toString())
                .asString()
                .contains("emergency_open", "app.example", "/hooks/build")
                .doesNotContain("token", "user");
    }
}
