package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** Behind every gateway, only authentik-guard tells an application who the visitor is. */
interface SpoofingContract {
    String SPOOFED = "spoofed";

    GatewayFixture fixture();

    /** Whether the gateway removes other spellings of identity headers. */
    default boolean removesAliases() {
        return true;
    }

    /** Adds all twelve identity headers in spellings that applications may confuse, one twice. */
    private RawRequest spoofed(RawRequest request) {
        RawRequest spoofed = request;
        for (Header header : Identity.ADA.headers()) {
            spoofed = spoofed.with(header.name(), SPOOFED);
            if (removesAliases()) {
                spoofed =
                        spoofed.with(header.name().replace('-', '_'), SPOOFED)
                                .with(header.name().replaceFirst("k-", "k_"), SPOOFED);
            }
        }
        return spoofed.with("X-AUTHENTIK-GROUPS", SPOOFED)
                .with("x-authentik-groups", SPOOFED)
                .with("X-Guard-Fallback", SPOOFED);
    }

    private void assertNothingSpoofedArrived() {
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(SPOOFED);
    }

    @Test
    default void ignoresClaimOfSession() throws IOException {
        fixture().ask(spoofed(GatewayFixture.pageWithSession()));

        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(SPOOFED);
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void ignoresClaimForMissingHeader() throws IOException {
        Answer verdict = Answer.of(200).with("X-authentik-username", "ada");
        fixture().outpost().behaves(Behaviour.answers(verdict));

        fixture().ask(spoofed(GatewayFixture.pageWithSession()));

        assertNothingSpoofedArrived();
    }

    @Test
    default void ignoresClaimOfEmergencyUser() throws IOException {
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            RawRequest page =
                    GatewayFixture.page().with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);

            assertThat(fixture().ask(spoofed(page)).status()).isEqualTo(200);
        }
        assertNothingSpoofedArrived();
    }

    @Test
    default void ignoresClaimOnPublicSite() throws IOException {
        fixture().ask(spoofed(GatewayFixture.request("www", "GET", "/")));

        assertNothingSpoofedArrived();
    }

    @Test
    default void ignoresClaimOnPublicSiteDuringOutage() throws IOException {
        try (var _ = fixture().poisonFountainSuffers(Outage.REFUSED)) {
            fixture().ask(spoofed(GatewayFixture.request("www", "GET", "/")));
        }
        assertNothingSpoofedArrived();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "close"})
    default void ignoresIdentityHeadersInConnection(String connection) throws IOException {
        String named = ", X-Authentik-Username, X-Authentik-Groups, X-Authentik-Jwt";

        fixture().ask(GatewayFixture.pageWithSession().with("Connection", connection + named));

        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void ignoresForwardedHeadersOfVisitor() throws IOException {
        fixture()
                .ask(
                        GatewayFixture.pageWithSession()
                                .with("X-Forwarded-Host", "other.example.com")
                                .with("X-Forwarded-Uri", "/public")
                                .with("X-Forwarded-Method", "TRACE")
                                .with("X-Original-URL", "https://other.example.com/public")
                                .with("Connection", "X-Forwarded-Host, X-Forwarded-Uri"));

        ReceivedRequest authRequest = fixture().outpost().awaitRequest();
        assertThat(authRequest.headers("X-Forwarded-Host")).containsExactly("app.example.com");
        assertThat(authRequest.headers("X-Forwarded-Uri")).containsExactly("/page?a=1");
        assertThat(authRequest.headers("X-Forwarded-Method")).containsExactly("GET");
    }
}
