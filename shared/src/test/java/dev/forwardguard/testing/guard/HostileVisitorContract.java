package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.breaker.CircuitState;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Visitors that make the upstream fail for their own requests, while it answers all others. They
 * must not switch it off for anybody else.
 */
public abstract class HostileVisitorContract extends AgainstStubUpstream {
    private static final String HOSTILE = "attacker";
    private static final String TOO_LARGE = "response_too_large";

    /** Ten times as many as open the circuit when the upstream is really down. */
    private static final int ATTACKS = 50;

    protected HostileVisitorContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "deadline: 1s";
    }

    @Override
    protected String breaker() {
        return "probe-interval: 200ms, probe-max-interval: 400ms";
    }

    static Stream<Named<Behaviour>> failures() {
        return Stream.of(
                named("hangs", Behaviour.hangs()),
                named("closes", Behaviour.closesBeforeAnswer()),
                named("resets", Behaviour.resetsBeforeAnswer()),
                named("says 503", Behaviour.answers(503)),
                named("sends garbage", Behaviour.answersRaw("garbage\r\n\r\n")),
                named("hangs in the headers", Behaviour.answersRaw("HTTP/1.1 200 OK\r\nX: ")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void doNotOpenCircuitWhenUpstream(Behaviour failure) throws IOException {
        upstream.behaves(forHostile(failure));

        for (int round = 0; round < 2; round++) {
            for (RawAnswer answer : attack(ATTACKS / 2)) {
                assertThat(answer.header("X-Guard-Fallback")).isNotEmpty();
                assertThat(answer.header("X-Guard-Fallback")).isNotEqualTo("circuit_open");
            }
        }

        assertThat(circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(ask().header("X-Guard-Fallback")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void areRefusedTheirTooLargeResponse(Behaviour large) throws IOException {
        upstream.behaves(forHostile(large));

        for (int i = 0; i < ATTACKS; i++) {
            RawAnswer answer = ask(hostile());
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly(TOO_LARGE);
            assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict(TOO_LARGE));
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
        }

        String outcome = kind.outcomeWithoutVerdict(TOO_LARGE).label();
        assertCounted(Map.of(TOO_LARGE + " " + outcome, (long) ATTACKS));
        assertThat(circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(ask().header("X-Guard-Fallback")).isEmpty();
    }

    static Stream<Named<Behaviour>> tooLarge() {
        String location = "Location: https://sso.example/?" + Wire.octets(300 * 1024);
        String body = Wire.octets((1 << 20) + 1);
        return Stream.of(
                named(
                        "a redirect to a long URL",
                        Behaviour.answersRaw(Wire.head("HTTP/1.1 302 Found", location))),
                named(
                        "a large body",
                        Behaviour.answersRaw(Wire.ok("Content-Length: " + body.length()) + body)));
    }

    @Test
    void neitherKeepCircuitOpenNorHalfOpen() throws Exception {
        upstream.behaves(Behaviour.closesBeforeAnswer());
        Eventually.until(
                "an open circuit",
                () -> {
                    ask();
                    return circuit() == CircuitState.OPEN;
                });
        upstream.behaves(forHostile(Behaviour.hangs()));

        var over = new AtomicBoolean();
        try (ExecutorService attackers = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 4; i++) {
                attackers.submit(() -> attackUntil(over));
                attackers.submit(() -> cancelUntil(over));
            }
            try {
                Eventually.until("a closed circuit", () -> circuit() == CircuitState.CLOSED);
                for (int i = 0; i < 20; i++) {
                    assertThat(ask().header("X-Guard-Fallback")).isEmpty();
                }
                assertThat(circuit()).isEqualTo(CircuitState.CLOSED);
            } finally {
                over.set(true);
            }
        }
    }

    private Void attackUntil(AtomicBoolean over) throws IOException {
        while (!over.get()) {
            ask(hostile());
        }
        return null;
    }

    /** Leaves before the request can count as slow or failed. */
    private Void cancelUntil(AtomicBoolean over) throws IOException {
        while (!over.get()) {
            try (RawConnection client = guard.http().connect()) {
                client.send(hostile().wire());
                client.closesWithin(Duration.ofMillis(50));
            }
        }
        return null;
    }

    private List<RawAnswer> attack(int times) throws IOException {
        List<RawConnection> attackers = new ArrayList<>();
        List<RawAnswer> answers = new ArrayList<>();
        try {
            for (int i = 0; i < times; i++) {
                RawConnection attacker = guard.http().connect();
                attackers.add(attacker);
                attacker.send(hostile().wire());
            }
            for (RawConnection attacker : attackers) {
                answers.add(attacker.receive());
            }
        } finally {
            for (RawConnection attacker : attackers) {
                attacker.close();
            }
        }
        return answers;
    }

    private RawRequest hostile() {
        return kind.authRequest().with("User-Agent", HOSTILE);
    }

    private static Behaviour forHostile(Behaviour failure) {
        return (dialogue, request) -> {
            boolean hostile = request.header("User-Agent").filter(HOSTILE::equals).isPresent();
            (hostile ? failure : Behaviour.answers(200)).answer(dialogue, request);
        };
    }

    private CircuitState circuit() {
        return guard.bean(Upstream.class).circuit();
    }
}
