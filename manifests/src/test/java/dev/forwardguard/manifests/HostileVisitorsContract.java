package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What visitors send through a gateway neither ends nor stalls a guard. Some of it the gateway
 * rejects itself; that is fine as long as usual visitors get their pages.
 */
interface HostileVisitorsContract {
    String FIELD = "A1f: b\r\n";
    String OUTPOST = "/outpost.goauthentik.io/start?rd=";
    Duration PATIENCE = Duration.ofSeconds(10);

    GatewayFixture fixture();

    /** Sends it on so many connections, and usual requests meanwhile and afterwards. */
    private void attack(int connections, String octets) throws IOException {
        List<RawConnection> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                crowd.add(fixture().visitor().connect());
                crowd.getLast().send(octets);
                if (i % 20 == 0) {
                    assertServed();
                }
            }
            assertServed();
        } finally {
            for (RawConnection each : crowd) {
                each.close();
            }
        }
        assertServed();
        for (GuardProcess guard : List.of(fixture().botBlockGuard(), fixture().authentikGuard())) {
            assertThat(guard.process().output()).doesNotContain("OutOf");
        }
    }

    private void assertServed() throws IOException {
        RawAnswer answer =
                fixture().visitor().limit(PATIENCE).ask(GatewayFixture.pageWithSession());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    @Test
    default void manyHeaderFields() throws IOException {
        String page = GatewayFixture.page().wire();
        String head = page.substring(0, page.length() - 2);

        attack(60, head + FIELD.repeat(24_000) + "\r\n");
        attack(100, head + FIELD.repeat(20 * 1024 / FIELD.length()) + "\r\n");
        attack(100, head + FIELD.repeat(200) + "\r\n");
    }

    @Test
    default void authorizationThatRepeatsItsScheme() throws IOException {
        String words = "basic ".repeat(40_000);

        attack(30, GatewayFixture.pageWithSession().with("Authorization", words).wire());
    }

    @Test
    default void connectionWithManyWords() throws IOException {
        String words = "a" + ",a".repeat(49_999);

        attack(30, GatewayFixture.page().with("Connection", words).wire());
    }

    /** Such as authentik, which repeats the visitor's URL in its redirect. */
    @Test
    default void urlThatMakesTheRedirectLong() throws IOException {
        Behaviour usual = Upstreams.outpost();
        fixture()
                .outpost()
                .behaves(
                        (dialogue, request) -> {
                            Optional<String> uri = request.header("X-Forwarded-Uri");
                            if (uri.filter(longer -> longer.length() > 5_000).isPresent()) {
                                String echo = uri.get().repeat(50);
                                dialogue.send(Answer.of(302).with("Location", echo).wire());
                            } else {
                                usual.answer(dialogue, request);
                            }
                        });

        attack(60, GatewayFixture.request("app", "GET", "/?" + "x".repeat(5_500)).wire());
        attack(60, GatewayFixture.request("app", "GET", "/?" + "x".repeat(7_000)).wire());
    }

    @Test
    default void uploadsThatAreAborted() throws IOException {
        RawRequest upload =
                GatewayFixture.request("app", "POST", OUTPOST)
                        .with("Content-Length", "1000000")
                        .body("some");
        for (int i = 0; i < 100; i++) {
            try (RawConnection visitor = fixture().visitor().connect()) {
                visitor.send(upload.wire());
                visitor.reset();
            }
        }

        RawAnswer answer = fixture().ask(GatewayFixture.request("app", "GET", OUTPOST + "/"));
        assertThat(answer.status()).isEqualTo(302);
        assertServed();
    }

    /** The page of one visitor must never reach the next one. */
    @Test
    default void interimResponsesInThePassThrough() throws IOException {
        fixture()
                .outpost()
                .behaves(
                        (dialogue, request) -> {
                            dialogue.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                            dialogue.pause(Duration.ofMillis(20));
                            dialogue.send("HTTP/1.1 102 Processing\r\n\r\n");
                            dialogue.send(Answer.of(200).body(visitor(request)).wire());
                        });
        for (int i = 0; i < 20; i++) {
            String own = "v" + i;
            RawRequest request = GatewayFixture.request("app", "GET", OUTPOST + own);
            try (RawConnection visitor = fixture().visitor().connect()) {
                visitor.send(request.wire());
                RawAnswer answer = visitor.receive();
                while (answer.status() < 200) {
                    answer = visitor.receive();
                }
                assertThat(answer.body()).isEqualTo(own);
            }
        }
    }

    private static String visitor(ReceivedRequest request) {
        return request.uri().substring(request.uri().indexOf('=') + 1);
    }

    /** Far more than there are places, all waiting for a slow outpost. */
    @Test
    default void visitorsWhoLeaveSlowRequests() throws IOException {
        Behaviour usual = Upstreams.outpost();
        fixture()
                .outpost()
                .behaves(
                        (dialogue, request) -> {
                            if (request.header("Authorization").isPresent()) {
                                dialogue.pause(PATIENCE);
                            }
                            usual.answer(dialogue, request);
                        });
        RawRequest slow = GatewayFixture.page().with("Authorization", "Bearer token");
        for (int round = 0; round < 3; round++) {
            attack(60, slow.wire());
        }
    }
}
