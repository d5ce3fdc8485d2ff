package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.emergency.LoginMetric;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import io.micrometer.core.instrument.MeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Checks that failed logins throttle the client address that they come from. */
final class BruteForceTest {
    private RunningGuard guard = start("max-failures: 5");

    @AfterEach
    void stop() {
        guard.close();
    }

    private static RunningGuard start(String emergency) {
        RunningGuard started =
                RunningGuard.scripted("emergency: {" + emergency + "}\n", Visitor.HTPASSWD);
        started.upstream().isUnavailable(FallbackReason.RESET);
        return started;
    }

    private RawAnswer ask(String forwardedFor, String password) throws IOException {
        return guard.http()
                .ask(
                        RawRequest.get(Authentik.KIND.path())
                                .with("X-Forwarded-Proto", "https")
                                .with("X-Forwarded-For", forwardedFor)
                                .with("Authorization", basic("anna", password)));
    }

    private void failFiveTimes(String forwardedFor) throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(ask(forwardedFor, "guess " + i).status()).isEqualTo(401);
        }
    }

    @Test
    void throttlesAddressWithRetryAfter() throws IOException {
        failFiveTimes("198.51.100.7");

        for (String password : new String[] {"guess 0", "another", "secret"}) {
            RawAnswer answer = ask("198.51.100.7", password);

            assertThat(answer.status()).isEqualTo(429);
            assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow()))
                    .isBetween(1, 12);
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("reset");
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.header("X-authentik-username")).isEmpty();
        }
        assertThat(ask("198.51.100.8", "secret").status()).isEqualTo(200);
    }

    @Test
    void ignoresForgedForwardedFor() throws IOException {
        for (int i = 0; i < 5; i++) {
            ask("203.0.113." + i + ", 198.51.100.7", "guess " + i);
        }

        assertThat(ask("203.0.113.9, 198.51.100.7", "secret").status()).isEqualTo(429);
        assertThat(ask("198.51.100.7, 203.0.113.9", "secret").status()).isEqualTo(200);
    }

    @Test
    void countsPeerAddressWithoutTrustedProxies() throws IOException {
        guard.close();
        guard = start("trusted-proxies: []");
        failFiveTimes("198.51.100.7");

        assertThat(ask("198.51.100.8", "secret").status()).isEqualTo(429);
    }

    @Test
    void ignoresForwardedForIfXRealIpIsConfigured() throws IOException {
        guard.close();
        guard = start("client-address: x-real-ip");
        failFiveTimes("198.51.100.7");

        assertThat(ask("198.51.100.8", "secret").status()).isEqualTo(429);
    }

    @Test
    void neverThrottlesWithZeroMaxFailures() throws IOException {
        guard.close();
        guard = start("max-failures: 0");
        for (int i = 0; i < 20; i++) {
            failFiveTimes("198.51.100.7");
        }

        assertThat(ask("198.51.100.7", "secret").status()).isEqualTo(200);
    }

    @Test
    void allowsFewerFailuresPerReplica() throws IOException {
        guard.close();
        guard = start("max-failures: 5, replicas: 3");
        assertThat(ask("198.51.100.7", "guess").status()).isEqualTo(401);

        RawAnswer answer = ask("198.51.100.7", "another");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow())).isBetween(1, 60);
    }

    @Test
    void countsPageOf60RequestsAsOneLogin() throws IOException {
        for (int part = 0; part < 60; part++) {
            assertThat(ask("198.51.100.7", "secret").status()).isEqualTo(200);
        }

        assertThat(hashes()).isEqualTo(1);
        assertThat(logins(LoginMetric.SUCCESS)).isEqualTo(1);
        assertThat(logins(LoginMetric.REMEMBERED)).isEqualTo(59);
    }

    @Test
    void hashesRepeatedWrongPasswordOnce() throws IOException {
        for (int part = 0; part < 60; part++) {
            assertThat(ask("198.51.100.7", "guess").status()).isEqualTo(401);
        }

        assertThat(hashes()).isEqualTo(1);
        assertThat(ask("198.51.100.7", "secret").status()).isEqualTo(200);
    }

    private long hashes() {
        return guard.bean(MeterRegistry.class).get("guard.emergency.hash").timer().count();
    }

    private double logins(LoginMetric result) {
        return guard.bean(MeterRegistry.class)
                .get("guard.emergency.login")
                .tag("result", result.label())
                .counter()
                .count();
    }
}
