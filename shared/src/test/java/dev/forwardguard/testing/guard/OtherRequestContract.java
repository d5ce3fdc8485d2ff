package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks what becomes of requests that are no auth requests, on both ports. */
public abstract class OtherRequestContract extends AgainstStubUpstream {
    protected OtherRequestContract(GuardKind kind) {
        super(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/healthz",
                "/",
                "/elsewhere",
                "/outpost.goauthentik.io/start",
                "http://guard.example/outpost.goauthentik.io/start",
                "guard.example:443",
                "*"
            })
    void connectAndTraceAreNotServed(String target) throws IOException {
        RawAnswer connect = ask(RawRequest.of("CONNECT", target));
        assertThat(connect.status()).isEqualTo(501);
        assertThat(connect.closed()).isTrue();
        assertThat(ask(RawRequest.of("connect", target)).status()).isEqualTo(501);

        RawAnswer trace = ask(RawRequest.of("TRACE", target).with("Cookie", "secret"));
        assertThat(trace.status()).isEqualTo(405);
        assertThat(trace.header("Allow").orElseThrow()).contains("GET").doesNotContain("TRACE");
        assertThat(trace.body()).doesNotContain("secret");
        assertThat(upstream.requests()).isEmpty();
        assertCounted(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "TRACE"})
    void authRequestMayHaveAnyMethod(String method) throws IOException {
        assertRelayed(ask(kind.authRequest(method)), 200);
    }

    /** Bytes of a tunnel are not the next request. */
    @Test
    void nothingIsReadAfterConnect() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            client.send(RawRequest.of("CONNECT", "a:443").wire() + kind.authRequest().wire());

            assertThat(client.receive().status()).isEqualTo(501);
            assertThat(client.awaitClosed()).isTrue();
        }
        assertThat(upstream.requests()).isEmpty();
    }

    @Nested
    class OnTheMainPort {
        @ParameterizedTest
        @ValueSource(strings = {"/healthz", "/healthz?x", "http://guard.example/healthz"})
        void healthzIsServed(String target) throws IOException {
            RawAnswer answer = ask(RawRequest.get(target));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).contains("text/plain");
            assertThat(answer.body()).isEqualTo("ok\n");
        }

        @Test
        void healthzKeepsItsConnection() throws IOException {
            try (RawConnection client = guard.http().connect()) {
                String chunks = "5\r\nhello\r\n0\r\n\r\n";
                client.send(
                        RawRequest.get("/healthz").wire()
                                + RawRequest.of("HEAD", "/healthz").wire()
                                + RawRequest.of("POST", "/healthz")
                                        .with("Transfer-Encoding", "chunked")
                                        .body(chunks)
                                        .wire()
                                + RawRequest.of("POST", "/elsewhere")
                                        .with("Transfer-Encoding", "chunked")
                                        .body(chunks)
                                        .wire()
                                + kind.authRequest().wire());

                assertThat(client.receive().status()).isEqualTo(200);
                RawAnswer head = client.receiveToHead();
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("Content-Length")).contains("3");
                RawAnswer refused = client.receive();
                assertThat(refused.status()).isEqualTo(405);
                assertThat(refused.header("Allow")).contains("GET, HEAD");
                assertThat(client.receive().status()).isEqualTo(404);
                assertRelayed(client.receive(), 200);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "GET /healthz HTTP/1.0\r\n\r\n",
                    "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
                    "GET /elsewhere HTTP/1.1\r\nConnection: close\r\n\r\n",
                    "PUT /healthz HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                    "PUT /elsewhere HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
                })
        void endsConnectionThatCannotGoOn(String request) throws IOException {
            RawAnswer answer = guard.http().ask(request);

            assertThat(answer.header("Connection")).contains("close");
            assertThat(answer.closed()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"/", "/elsewhere", "/healthz/", "//healthz", "/health", "/status"})
        void nothingElseIsServed(String target) throws IOException {
            try (RawConnection client = guard.http().connect()) {
                for (String method : List.of("GET", "POST")) {
                    RawAnswer answer = client.ask(RawRequest.of(method, target));

                    assertThat(answer.status()).isEqualTo(404);
                    assertThat(answer.body()).isEmpty();
                }
            }
            assertThat(upstream.requests()).isEmpty();
            assertCounted(Map.of());
        }
    }

    @Nested
    class OnTheManagementPort {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/outpost.goauthentik.io/start",
                    "/outpost.goauthentik.io/auth/traefik",
                    "/outpost.goauthentik.io/auth/caddy",
                    "/outpost.goauthentik.io/",
                    "/%6futpost.goauthentik.io/start",
                    "//outpost.goauthentik.io/start",
                    "http://guard.example/outpost.goauthentik.io/start",
                    "/health/../outpost.goauthentik.io/start",
                    "/auth",
                    "/healthz",
                    "/"
                })
        void nothingButEndpointsIsServed(String target) throws IOException {
            for (String method : List.of("GET", "POST")) {
                RawAnswer answer = guard.management().ask(RawRequest.of(method, target));

                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.body()).isEmpty();
            }
            assertThat(upstream.requests()).isEmpty();
            assertThat(upstream.connections()).isLessThanOrEqualTo(1);
            assertCounted(Map.of());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/health",
                    "/health/liveness",
                    "/health/readiness",
                    "/prometheus",
                    "/status"
                })
        void endpointsAreServed(String path) throws IOException {
            try (RawConnection client = guard.management().connect()) {
                assertThat(client.ask(RawRequest.get(path)).status()).isEqualTo(200);
                assertThat(client.ask(RawRequest.get(path)).status()).isEqualTo(200);
            }
        }

        @ParameterizedTest
        @CsvSource({"CONNECT, 501", "TRACE, 405"})
        void methodsAreNoWayAround(String method, int status) throws IOException {
            RawRequest request = RawRequest.of(method, "/outpost.goauthentik.io/start");

            assertThat(guard.management().ask(request).status()).isEqualTo(status);
        }

        @ParameterizedTest
        @CsvSource({"1, 7000", "65, 1"})
        void headIsSmall(int fields, int length) throws IOException {
            String line = "A: " + Wire.octets(length) + "\r\n";

            RawAnswer answer =
                    guard.management()
                            .ask("GET /status HTTP/1.1\r\n" + line.repeat(fields) + "\r\n");

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.closed()).isTrue();
            assertCounted(Map.of());
        }

        @Test
        void garbageIsNoFallback() throws IOException {
            assertThat(guard.management().ask("garbage\r\n\r\n").status()).isEqualTo(400);
            assertCounted(Map.of());
        }

        /** Its head has to be complete after 5 s; the main port allows 10. */
        @Test
        void slowHeadIsRejected() throws IOException {
            try (RawConnection client = guard.management().connect()) {
                client.send("GET /status HTTP/1.1\r\nA: ");

                assertThat(client.receive().status()).isEqualTo(408);
            }
            assertCounted(Map.of());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "GET /status HTTP/1.1\r\nA: ", "POST /status HTTP/1.1\r\nA: b\r\n"})
        void halfRequestsKeepNobodyOut(String beginning) throws IOException {
            List<RawConnection> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 300; i++) {
                    clients.add(guard.management().connect());
                    clients.getLast().send(beginning);
                }

                assertRelayed(ask(), 200);
                assertThat(guard.management().ask(RawRequest.get("/health/liveness")).status())
                        .isEqualTo(200);
            } finally {
                for (RawConnection client : clients) {
                    client.close();
                }
            }
        }

        /** A kubelet that gets no answer would restart the guard. */
        @Test
        void clientsThatReadNothingKeepNobodyOut() throws IOException {
            List<RawConnection> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    clients.add(guard.management().connect());
                    clients.getLast().send(RawRequest.get("/prometheus").wire().repeat(500));
                }

                assertRelayed(ask(), 200);
                assertThat(guard.management().ask(RawRequest.get("/health/liveness")).status())
                        .isEqualTo(200);
            } finally {
                for (RawConnection client : clients) {
                    client.close();
                }
            }
        }
    }
}
