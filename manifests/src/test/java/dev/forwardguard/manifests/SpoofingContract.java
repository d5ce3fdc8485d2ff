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

/** Nobody but authentik-guard tells an application who a visitor is, behind any gateway. */
interface SpoofingContract {
    String SPOOFED = "spoofed";

    GatewayFixture stage();

    /** All twelve, in spellings that some application takes for the same, and one of them twice. */
    private static RawRequest spoofed(RawRequest request) {
        RawRequest spoofed = request;
        for (Header header : Identity.ADA.headers()) {
            spoofed =
                    spoofed.with(header.name(), SPOOFED)
                            .with(header.name().replace('-', '_'), SPOOFED)
                            .with(header.name().replaceFirst("k-", "k_"), SPOOFED);
        }
        return spoofed.with("X-AUTHENTIK-GROUPS", SPOOFED)
                .with("x-authentik-groups", SPOOFED)
                .with("X-Guard-Fallback", SPOOFED);
    }

    private void assertNothingSpoofedArrived() {
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(SPOOFED);
    }

    @Test
    default void somebodyWithASessionCannotClaimToBeSomebodyElse() throws IOException {
        stage().ask(spoofed(GatewayFixture.pageWithSession()));

        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(SPOOFED);
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void aClaimDoesNotFillAHeaderThatTheOutpostLeavesOut() throws IOException {
        Answer verdict = Answer.of(200).with("X-authentik-username", "ada");
        stage().outpost().behaves(Behaviour.answers(verdict));

        stage().ask(spoofed(GatewayFixture.pageWithSession()));

        assertNothingSpoofedArrived();
    }

    @Test
    default void anEmergencyUserCannotClaimToBeSomebodyElse() throws IOException {
        try (var _ = stage().outpostSuffers(Outage.REFUSED)) {
            RawRequest page =
                    GatewayFixture.page().with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);

            assertThat(stage().ask(spoofed(page)).status()).isEqualTo(200);
        }
        assertNothingSpoofedArrived();
    }

    @Test
    default void aVisitorOfAPublicSiteCannotClaimToBeAnybody() throws IOException {
        stage().ask(spoofed(GatewayFixture.request("www", "GET", "/")));

        assertNothingSpoofedArrived();
    }

    @Test
    default void aVisitorOfAPublicSiteCannotClaimToBeAnybodyWhileTheBotBlockerIsDown()
            throws IOException {
        try (var _ = stage().poisonFountainSuffers(Outage.REFUSED)) {
            stage().ask(spoofed(GatewayFixture.request("www", "GET", "/")));
        }
        assertNothingSpoofedArrived();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "close"})
    default void aVisitorCannotTakeHisIdentityOffOnTheWay(String connection) throws IOException {
        String named = ", X-Authentik-Username, X-Authentik-Groups, X-Authentik-Jwt";

        stage().ask(GatewayFixture.pageWithSession().with("Connection", connection + named));

        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void aVisitorCannotChooseWhatTheOutpostIsAskedAbout() throws IOException {
        stage().ask(
                        GatewayFixture.pageWithSession()
                                .with("X-Forwarded-Host", "other.example.com")
                                .with("X-Forwarded-Uri", "/public")
                                .with("X-Forwarded-Method", "TRACE")
                                .with("X-Original-URL", "https://other.example.com/public")
                                .with("Connection", "X-Forwarded-Host, X-Forwarded-Uri"));

        ReceivedRequest asked = stage().outpost().awaitRequest();
        assertThat(asked.headers("X-Forwarded-Host")).containsExactly("app.example.com");
        assertThat(asked.headers("X-Forwarded-Uri")).containsExactly("/page?a=1");
        assertThat(asked.headers("X-Forwarded-Method")).containsExactly("GET");
    }
}
