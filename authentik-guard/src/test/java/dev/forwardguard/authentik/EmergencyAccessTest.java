package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Checks what visitors get while the outpost is down. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmergencyAccessTest {
    /** The password of both is "secret". */
    private static final String USERS = Visitor.HTPASSWD + Visitor.HTPASSWD.replace("anna", "jörg");

    private final RunningGuard guard = start("");

    @BeforeAll
    void makeUpstreamUnavailable() {
        guard.upstream().isUnavailable(FallbackReason.RESET);
    }

    @AfterAll
    void stop() {
        guard.close();
    }

    private static RunningGuard start(String emergency) {
        RunningGuard started = RunningGuard.scripted("emergency: {" + emergency + "}\n", USERS);
        started.upstream().isUnavailable(FallbackReason.RESET);
        return started;
    }

    private static RawRequest over(String... protocols) {
        RawRequest request = RawRequest.get(Authentik.KIND.path());
        for (String protocol : protocols) {
            request = request.with("X-Forwarded-Proto", protocol);
        }
        return request;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https",
                "HTTPS",
                "Https",
                "wss",
                "WSS",
                "https,http",
                "https , http, https"
            })
    void allowsLoginOverTls(String protocol) throws IOException {
        assertThat(guard.http().ask(Visitor.RIGHT.asks(over(protocol))).status()).isEqualTo(200);
        assertThat(guard.http().ask(Visitor.NONE.asks(over(protocol))).status()).isEqualTo(401);
    }

    /** Traefik and Caddy pass on what a visitor sends under that name. */
    @ParameterizedTest
    @ValueSource(strings = {"auth/traefik", "auth/caddy"})
    void ignoresOriginalUrl(String path) throws IOException {
        RawRequest request =
                RawRequest.get(AuthentikSettings.PREFIX + path)
                        .with("X-Original-URL", "https://app.example/");

        assertThat(guard.http().ask(Visitor.RIGHT.asks(request)).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http",
                "",
                "-",
                "ws",
                "https http",
                "https https",
                "http,https",
                ",https",
                "xhttps"
            })
    void refusesWithoutChallengeUnlessOverTls(String protocols) throws IOException {
        String[] values = protocols.equals("-") ? new String[0] : protocols.split(" ", -1);

        for (Visitor visitor : Visitor.values()) {
            RawAnswer answer = guard.http().ask(visitor.asks(over(values)));

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.header("X-authentik-username")).isEmpty();
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("reset");
            assertThat(answer.body()).contains("HTTPS");
        }
    }

    @Test
    void allowsPlainHttpIfConfigured() throws IOException {
        try (var local = start("require-https: false")) {
            assertThat(local.http().ask(Visitor.RIGHT.asks(over("http"))).status()).isEqualTo(200);
            assertThat(local.http().ask(Visitor.WRONG.asks(over())).status()).isEqualTo(401);
        }
    }

    @Test
    void usesConfiguredGroupsAndRealm() throws IOException {
        try (var other = start("groups: [admins, ops team], realm: In case of fire")) {
            assertThat(
                            other.http()
                                    .ask(Visitor.RIGHT.asks(over("https")))
                                    .headers("X-authentik-groups"))
                    .containsExactly("admins|ops team");
            assertThat(other.http().ask(over("https")).headers("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"In case of fire\", charset=\"UTF-8\"");
        }
    }

    @Test
    void encodesUserNameInUtf8() throws IOException {
        RawAnswer answer =
                guard.http().ask(over("https").with("Authorization", basic("jörg", "secret")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("X-authentik-username")).containsExactly("j\u00c3\u00b6rg");
    }

    @Test
    void dropsSpoofedIdentityHeaders() throws IOException {
        RawRequest spoofed = Visitor.RIGHT.asks(over("https"));
        for (String name : IdentityHeaders.NAMES) {
            spoofed =
                    spoofed.with(name, "spoofed")
                            .with(name.toLowerCase(java.util.Locale.ROOT), "spoofed");
        }

        RawAnswer answer = guard.http().ask(spoofed);

        assertThat(answer.headers("X-authentik-username")).containsExactly("anna");
        assertThat(answer.head().raw()).doesNotContain("spoofed");
        assertThat(IdentityHeaders.NAMES)
                .allSatisfy(name -> assertThat(answer.headers(name)).hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic YW5uYQ==", // no colon
                "Basic YW5uYTpzZWNyZXQ", // no padding
                "Basic Og==", // neither user nor password
                "Basic YW5uYTo=", // no password
                "Bearer YW5uYTpzZWNyZXQ=",
                "YW5uYTpzZWNyZXQ=",
                "Basic YW5uYTpzZWNyZXQ=, Basic YW5uYTpzZWNyZXQ=",
                "Basic QU5OQTpzZWNyZXQ=" // ANNA
            })
    void challengesUnusualCredentials(String value) throws IOException {
        assertThat(guard.http().ask(over("https").with("Authorization", value)).status())
                .isEqualTo(401);
    }

    @Test
    void challengesRepeatedAuthorization() throws IOException {
        RawRequest twice = Visitor.RIGHT.asks(Visitor.RIGHT.asks(over("https")));

        assertThat(guard.http().ask(twice).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "RIGHT, https, remembered",
        "WRONG, https, bad_credentials",
        "NONE, https, no_credentials",
        "RIGHT, http, insecure"
    })
    void countsEachLoginResult(Visitor visitor, String protocol, String result) throws IOException {
        guard.http().ask(Visitor.RIGHT.asks(over("https")));
        Map<String, Double> before = logins();

        guard.http().ask(visitor.asks(over(protocol)));

        Map<String, Double> expected = new TreeMap<>(before);
        expected.merge(result, 1.0, Double::sum);
        assertThat(logins()).isEqualTo(expected);
    }

    private Map<String, Double> logins() {
        MeterRegistry registry = guard.bean(MeterRegistry.class);
        Map<String, Double> logins = new TreeMap<>();
        for (Counter counter : registry.get("guard.emergency.login").counters()) {
            logins.put(counter.getId().getTag("result"), counter.count());
        }
        return logins;
    }
}
