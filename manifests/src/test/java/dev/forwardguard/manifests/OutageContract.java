package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What visitors and applications see behind any gateway while an upstream is out of order. */
interface OutageContract {
    String CHALLENGE = "Basic realm=\"Emergency Access\", charset=\"UTF-8\"";

    /** The guards' deadline, and time for everything around it. */
    Duration LONGEST = Duration.ofSeconds(3);

    GatewayFixture stage();

    @ParameterizedTest
    @EnumSource
    default void asksForAnEmergencyPasswordWithoutTheOutpost(Outage outage) throws IOException {
        double before = stage().authentikGuard().fallbacks(outage.reason(), "challenge");
        try (var _ = stage().outpostSuffers(outage)) {
            RawAnswer answer = stage().ask(GatewayFixture.pageWithSession());

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
            assertThat(answer.elapsed()).isLessThan(LONGEST);
        }
        assertThat(stage().application().requests()).isEmpty();
        assertThat(stage().authentikGuard().fallbacks(outage.reason(), "challenge"))
                .isEqualTo(before + 1);
    }

    @ParameterizedTest
    @EnumSource
    default void letsAnEmergencyUserInWithoutTheOutpost(Outage outage) throws IOException {
        try (var _ = stage().outpostSuffers(outage)) {
            RawAnswer answer =
                    stage().ask(
                                    GatewayFixture.page()
                                            .with(
                                                    "Authorization",
                                                    GatewayFixture.EMERGENCY_PASSWORD));

            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.elapsed()).isLessThan(LONGEST);
        }
        ReceivedRequest received = stage().application().awaitRequest();
        var name = new Header("X-authentik-username", GatewayFixture.EMERGENCY_USER);
        assertThat(Identity.receivedWith(received)).isEqualTo(new Identity(List.of(name)));
        assertThat(received.headers("X-Guard-Fallback")).containsExactly(outage.reason());
    }

    @Test
    default void keepsTheEmergencyPasswordFromTheApplication() throws IOException {
        try (var _ = stage().outpostSuffers(Outage.REFUSED)) {
            stage().ask(
                            GatewayFixture.page()
                                    .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD));
        }
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.headers("Authorization")).isEmpty();
        assertThat(received.head().raw()).doesNotContain(GatewayFixture.EMERGENCY_PASSWORD);
    }

    @Test
    default void keepsTheEmergencyPasswordFromEverybodyAfterTheOutage() throws IOException {
        RawAnswer answer =
                stage().ask(
                                GatewayFixture.pageWithSession()
                                        .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(stage().outpost().awaitRequest().headers("Authorization")).isEmpty();
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(GatewayFixture.EMERGENCY_PASSWORD);
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void challengesAWrongPassword() throws IOException {
        try (var _ = stage().outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer =
                    stage().ask(
                                    GatewayFixture.page()
                                            .with("Authorization", GatewayFixture.WRONG_PASSWORD));

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        }
        assertThat(stage().application().requests()).isEmpty();
    }

    @Test
    default void goesBackToSingleSignOnWhenTheOutpostIsBack() throws IOException {
        try (var _ = stage().outpostSuffers(Outage.REFUSED)) {
            assertThat(stage().ask(GatewayFixture.pageWithSession()).status()).isEqualTo(401);
        }

        assertThat(stage().ask(GatewayFixture.pageWithSession()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    default void keepsBothSitesUpWithoutTheBotBlocker(Outage outage) throws IOException {
        double before = stage().botBlockGuard().fallbacks(outage.reason(), "allow");
        try (var _ = stage().poisonFountainSuffers(outage)) {
            RawAnswer publicPage = stage().ask(GatewayFixture.request("www", "GET", "/"));
            RawAnswer protectedPage = stage().ask(GatewayFixture.pageWithSession());

            assertThat(publicPage.body()).isEqualTo("hello");
            assertThat(protectedPage.body()).isEqualTo("hello");
            assertThat(publicPage.elapsed()).isLessThan(LONGEST);
            assertThat(protectedPage.elapsed()).isLessThan(LONGEST);
        }
        assertThat(stage().botBlockGuard().fallbacks(outage.reason(), "allow"))
                .isEqualTo(before + 2);
    }

    @Test
    default void stillProtectsAnApplicationWithoutTheBotBlocker() throws IOException {
        try (var _ = stage().poisonFountainSuffers(Outage.REFUSED)) {
            assertThat(stage().ask(GatewayFixture.page()).status()).isEqualTo(302);
        }
        assertThat(stage().application().requests()).isEmpty();
    }

    @Test
    default void asksNobodyForAPasswordWithoutTls() throws IOException {
        RawRequest claim = GatewayFixture.page().with("X-Forwarded-Proto", "https");
        try (var _ = stage().outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = stage().visitorWithoutTls().ask(claim);

            assertThat(answer.status()).isBetween(301, 308);
            assertThat(answer.header("Location").orElseThrow())
                    .startsWith("https://app.example.com");
        }
    }
}
