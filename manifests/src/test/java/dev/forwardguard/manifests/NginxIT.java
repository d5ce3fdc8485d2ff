package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Nginx;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The guards behind nginx' {@code auth_request}. */
class NginxIT
        implements EverydayContract, SpoofingContract, OutageContract, HostileVisitorsContract {
    private static GatewayFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = GatewayFixture.behind(Nginx::start, directory);
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    void recover() {
        fixture.recover();
    }

    /** Its X-Original-URL may mean another path to an application. */
    @Override
    public int statusAtOpenPath() {
        return 401;
    }

    @Override
    public GatewayFixture fixture() {
        return fixture;
    }

    @Test
    void startsLoginWithReturnUrl() throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.page());

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location"))
                .hasValue("/outpost.goauthentik.io/start?rd=https://app.example.com/page?a=1");
    }

    /** As a browser opens a page, to which other gateways get a redirect with a cookie. */
    @Test
    void letsBrowserInByPassword() throws IOException {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer =
                    fixture.ask(
                            GatewayFixture.page()
                                    .with("Sec-Fetch-Mode", "navigate")
                                    .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void sendsOriginalUrlToOutpost() throws IOException {
        fixture.ask(
                GatewayFixture.pageWithSession()
                        .with("X-Original-URL", "https://other.example.com/public")
                        .with("X-Original-URI", "/public"));

        ReceivedRequest authRequest = fixture.outpost().awaitRequest();
        assertThat(authRequest.headers("X-Original-URL"))
                .containsExactly("https://app.example.com/page?a=1");
        assertThat(authRequest.headers("X-Original-URI")).isEmpty();
    }

    /**
     * With authentik's documentation nginx says nothing about the page but X-Original-URL and Host,
     * and knows nothing of emergencies.
     */
    @Nested
    class AsDocumented {
        private static final String LOGIN = "/outpost.goauthentik.io/start?rd=/page?a=1";
        private static final RawRequest WITH_PASSWORD =
                GatewayFixture.page().with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);

        /** What the manual has it get for emergencies. */
        private static final Map<String, String> COMPLETED =
                Map.of(
                        "error_page 401 = @login;",
                        """
                        error_page 401 = @login;
                        auth_request_set $guard_fallback $upstream_http_x_guard_fallback;
                        auth_request_set $authorization  $upstream_http_authorization;
                        proxy_set_header Authorization    $authorization;
                        proxy_set_header X-Guard-Fallback $guard_fallback;
                        """,
                        "location @login {",
                        "location @login { if ($guard_fallback) { return 401; }");

        private static final Deque<AutoCloseable> RUNNING = new ArrayDeque<>();
        private static RawHttp documented;
        private static RawHttp completed;

        @BeforeAll
        static void start(@TempDir Path one, @TempDir Path other) {
            documented = start(one, Map.of());
            completed = start(other, COMPLETED);
        }

        private static RawHttp start(Path directory, Map<String, String> changes) {
            Map<String, String> here = new HashMap<>(changes);
            for (String name : List.of("authentik-guard:9000", "application:8080")) {
                here.put(name, String.valueOf(fixture.addresses().get(name)));
            }
            var nginx = Nginx.asDocumented(directory, here);
            RUNNING.push(nginx.process());
            nginx.process().awaitListening(nginx.httpsPort());
            var tunnel = TlsTunnel.open(nginx.httpsPort(), nginx.trusted());
            RUNNING.push(tunnel);
            return RawHttp.to(tunnel.port());
        }

        @AfterAll
        static void end() throws Exception {
            while (!RUNNING.isEmpty()) {
                RUNNING.pop().close();
            }
        }

        @Test
        void outpostFindsApplicationByHostAndPageByOriginalUrl() throws IOException {
            RawAnswer answer = documented.ask(GatewayFixture.pageWithSession());

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello");
            ReceivedRequest asked = fixture.outpost().awaitRequest();
            assertThat(asked.uri()).isEqualTo("/outpost.goauthentik.io/auth/nginx");
            assertThat(asked.headers("Host")).containsExactly("app.example.com");
            assertThat(asked.headers("X-Original-URL"))
                    .containsExactly("https://app.example.com/page?a=1");
            assertThat(asked.headers())
                    .noneMatch(each -> each.name().toLowerCase(Locale.ROOT).startsWith("x-f"));
            ReceivedRequest received = fixture.application().awaitRequest();
            assertThat(received.headers("Host")).containsExactly("app.example.com");
            assertThat(Identity.receivedWith(received).headers())
                    .isEqualTo(Identity.ADA.headers().subList(0, 6));
        }

        @Test
        void visitorIsSentToLogin() throws IOException {
            RawAnswer answer = documented.ask(GatewayFixture.page());
            assertThat(answer.status()).isEqualTo(302);
            assertThat(answer.header("Location")).hasValue(LOGIN);

            fixture.forget();
            RawAnswer login = documented.ask(GatewayFixture.request("app", "GET", LOGIN));

            assertThat(login.header("Location").orElseThrow()).startsWith(Upstreams.LOGIN);
            assertThat(login.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
            ReceivedRequest asked = fixture.outpost().awaitRequest();
            assertThat(asked.uri()).isEqualTo(LOGIN);
            assertThat(asked.headers("Host")).containsExactly("app.example.com");
        }

        @Test
        void nobodyIsAskedForPasswordInOutage() throws IOException {
            try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
                RawAnswer answer = documented.ask(GatewayFixture.page());
                RawAnswer login = documented.ask(GatewayFixture.request("app", "GET", LOGIN));

                assertThat(answer.status()).isEqualTo(302);
                assertThat(answer.header("Location")).hasValue(LOGIN);
                assertThat(login.status()).isEqualTo(502);
                assertThat(login.header("WWW-Authenticate")).isEmpty();
            }
            assertThat(fixture.application().requests()).isEmpty();
        }

        /** What nginx does not set is the visitor's, on healthy days, too. */
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void applicationGetsEmergencyPassword(boolean outage) throws IOException {
            RawRequest page = WITH_PASSWORD.with("Cookie", Upstreams.SESSION + "1");
            try (var _ = outage ? fixture.outpostSuffers(Outage.REFUSED) : null) {
                assertThat(documented.ask(page).status()).isEqualTo(200);
            }

            assertThat(fixture.application().awaitRequest().headers("Authorization"))
                    .containsExactly(GatewayFixture.EMERGENCY_PASSWORD);
        }

        @Test
        void completedAsksForPasswordAndKeepsItFromApplication() throws IOException {
            try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
                RawAnswer answer = completed.ask(GatewayFixture.page());
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.headers("WWW-Authenticate"))
                        .containsExactly(OutageContract.CHALLENGE);

                assertThat(completed.ask(WITH_PASSWORD).status()).isEqualTo(200);
            }
            ReceivedRequest received = fixture.application().awaitRequest();
            assertThat(received.headers("Authorization")).isEmpty();
            assertThat(received.headers("X-authentik-username"))
                    .containsExactly(GatewayFixture.EMERGENCY_USER);
            assertThat(received.headers("X-Guard-Fallback")).containsExactly("connect_refused");
        }
    }
}
