package dev.forwardguard.testing.guard;

import static dev.forwardguard.outcome.FallbackReason.OVERLOAD;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One client address has at most a quarter of the upstream requests in flight. */
public abstract class ClientShareContract extends AgainstStubUpstream {
    private static final String VISITOR = "198.51.100.7";
    private static final String OTHER = "198.51.100.8";

    private final List<RawConnection> waiting = new ArrayList<>();

    protected ClientShareContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "connect-timeout: 5s, read-timeout: 20s, deadline: 20s, max-concurrent: 8";
    }

    @BeforeEach
    void holdMarkedRequests() {
        Behaviour answers = Behaviour.answers(204);
        Behaviour hangs = Behaviour.hangs();
        upstream.behaves(
                (dialogue, request) -> {
                    boolean held = request.header("X-Hold").isPresent();
                    (held ? hangs : answers).answer(dialogue, request);
                });
    }

    @AfterEach
    void hangUp() throws IOException {
        hangUp(guard);
    }

    private void hangUp(RunningGuard asked) throws IOException {
        for (RawConnection each : waiting) {
            each.close();
        }
        waiting.clear();
        Eventually.until("free places", () -> status(asked).contains("\"in-flight\":0,"));
    }

    /** Sends requests that the upstream does not answer, and waits for them to get there. */
    private void hold(RunningGuard asked, int requests, String forwardedFor) throws IOException {
        int before = upstream.requests().size();
        for (int i = 0; i < requests; i++) {
            begin(asked, forwardedFor);
        }
        upstream.awaitRequests(before + requests);
    }

    private void begin(RunningGuard asked, String forwardedFor) throws IOException {
        RawConnection connection = asked.http().connect();
        waiting.add(connection);
        connection.send(kind.authRequestFrom(forwardedFor).with("X-Hold", "1").wire());
    }

    private RawAnswer askFrom(String forwardedFor) throws IOException {
        return askFrom(guard, forwardedFor);
    }

    private RawAnswer askFrom(RunningGuard asked, String forwardedFor) throws IOException {
        return asked.http().ask(kind.authRequestFrom(forwardedFor));
    }

    private void assertOverload(RawAnswer answer) {
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly(OVERLOAD.label());
        assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
    }

    private static String status(RunningGuard asked) throws IOException {
        return asked.status();
    }

    private void assertShares(int inFlight, int addresses, boolean limited) throws IOException {
        assertThat(status(guard))
                .contains(
                        "\"client-shares\":{\"each\":2,\"in-flight\":%d,\"addresses\":%d,\"limited\":%b}"
                                .formatted(inFlight, addresses, limited));
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, 198.51.100.7, 198.51.100.8",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::2, 2001:db8:1:3::1",
        "198.51.100.7, 64:ff9b::c633:6407, 64:ff9b::c633:6408",
        "'203.0.113.1, 198.51.100.7', '203.0.113.2, 198.51.100.7, 10.0.0.1', 203.0.113.1",
    })
    void limitsOneAddressAndNoOther(String visitor, String same, String other) throws IOException {
        hold(guard, 2, visitor);

        assertFallback(askFrom(same), OVERLOAD);

        assertThat(askFrom(other).status()).isEqualTo(204);
        assertShares(2, 1, true);
    }

    /** Behind some load balancers all visitors have the same private address. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.7",
                "127.0.0.1",
                "192.168.1.1, 10.0.0.7",
                "fd00::7",
                "fe80::7",
                "169.254.0.7",
                "100.64.0.7",
                "unknown",
                ""
            })
    void limitsOnlyTotalIfAddressMayBeThatOfMany(String address) throws IOException {
        hold(guard, 8, address);

        assertFallback(askFrom(address), OVERLOAD);

        assertShares(8, 0, false);
    }

    @Test
    void givesPlacesBackWithResponse() throws IOException {
        for (int i = 0; i < 100; i++) {
            assertThat(askFrom(VISITOR).status()).isEqualTo(204);
        }

        assertShares(0, 0, true);
    }

    @Test
    void givesPlacesBackWhenCallerHangsUp() throws IOException {
        for (int turn = 0; turn < 5; turn++) {
            hold(guard, 2, VISITOR);
            assertOverload(askFrom(VISITOR));
            hangUp();
        }

        assertThat(askFrom(VISITOR).status()).isEqualTo(204);
    }

    /** A content delivery network that is no trusted proxy is one public address. */
    @Test
    void letsOneAddressHave64RequestsByDefault() throws IOException {
        try (var byDefault = RunningGuard.start(defaults(), Visitor.HTPASSWD)) {
            hold(byDefault, 64, VISITOR);

            assertOverload(askFrom(byDefault, VISITOR));
            assertThat(askFrom(byDefault, OTHER).status()).isEqualTo(204);
            hangUp(byDefault);
        }
    }

    /** Behind a load balancer that hides the addresses there is one private address. */
    @Test
    void letsAllVisitorsWithoutAddressesHaveAllPlacesByDefault() throws IOException {
        try (var byDefault = RunningGuard.start(defaults(), Visitor.HTPASSWD)) {
            hold(byDefault, 256, "10.0.0.7");

            assertOverload(askFrom(byDefault, "10.0.0.7"));
            hangUp(byDefault);
        }
    }

    /** More than all places together, in waves, each of which the visitor cancels. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void cancelledRequestsOfOneAddressLeavePlacesToOthers(int waves) throws IOException {
        try (var byDefault = RunningGuard.start(defaults(), Visitor.HTPASSWD)) {
            for (int wave = 0; wave < waves; wave++) {
                hold(byDefault, 64, VISITOR);
                for (int i = 64; i < 258; i++) {
                    begin(byDefault, VISITOR);
                }
                assertThat(askFrom(byDefault, OTHER).status()).isEqualTo(204);
                hangUp(byDefault);
            }

            assertThat(askFrom(byDefault, VISITOR).status()).isEqualTo(204);
            assertThat(askFrom(byDefault, OTHER).status()).isEqualTo(204);
        }
    }

    /** More than all places together, so that the last ones were refused. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void cancelledRequestsOfManyAddressesLeavePlacesToOthers(int waves) throws IOException {
        try (var byDefault = RunningGuard.start(defaults(), Visitor.HTPASSWD)) {
            for (int wave = 1; wave <= waves; wave++) {
                for (int i = 0; i < 300; i++) {
                    begin(byDefault, "203.0.%d.%d".formatted(i / 100, i % 100));
                }
                upstream.awaitRequests(wave * 256);
                hangUp(byDefault);

                RawAnswer answer = askFrom(byDefault, OTHER);
                assertThat(answer.header("X-Guard-Fallback")).isEmpty();
                assertThat(answer.status()).isEqualTo(204);
            }
        }
    }

    private String defaults() {
        return "upstream: {url: '%s', read-timeout: 20s, deadline: 20s}\n"
                .formatted(upstream.uri());
    }
}
