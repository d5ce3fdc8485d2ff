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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
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

    /** As in authentik's documentation: nginx says nothing about the page but X-Original-URL. */
    @Test
    void letsVisitorInWhereOnlyOriginalUrlTellsOfTls(@TempDir Path directory) throws IOException {
        Map<String, String> here = new HashMap<>(fixture.addresses());
        here.put("proxy_set_header X-Forwarded-Proto  $scheme;", "");
        var nginx = Nginx.start(directory, here);
        try (var process = nginx.process();
                var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            process.awaitListening(nginx.httpsPort());
            try (var tunnel = TlsTunnel.open(nginx.httpsPort(), nginx.trusted())) {
                RawRequest page =
                        GatewayFixture.page()
                                .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);

                RawAnswer answer = RawHttp.to(tunnel.port()).ask(page);

                assertThat(answer.status()).isEqualTo(200);
            }
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
}
