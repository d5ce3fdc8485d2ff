package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The behaviour behind every gateway during an outage of an upstream. */
interface OutageContract {
    String CHALLENGE = "Basic realm=\"Emergency Access\", charset=\"UTF-8\"";

    /** What applications take another path or method from, and gateways pass on. */
    List<Header> OVERRIDES =
            List.of(
                    new Header("X-Original-URL", "/admin"),
                    new Header("X-Rewrite-URL", "/admin"),
                    new Header("X-HTTP-Method-Override", "DELETE"));

    /** The guards' deadline plus a margin. */
    Duration LONGEST = Duration.ofSeconds(3);

    GatewayFixture fixture();

    @ParameterizedTest
    @EnumSource
    default void challengesDuringOutpostOutage(Outage outage) throws IOException {
        double before = fixture().authentikGuard().fallbacks(outage.reason(), "challenge");
        try (var _ = fixture().outpostSuffers(outage)) {
            RawAnswer answer = fixture().ask(GatewayFixture.pageWithSession());

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
            assertThat(answer.elapsed()).isLessThan(LONGEST);
        }
        assertThat(fixture().application().requests()).isEmpty();
        assertThat(fixture().authentikGuard().fallbacks(outage.reason(), "challenge"))
                .isEqualTo(before + 1);
    }

    /** The status of a request for an open path; 401 where the gateway leaves it in doubt. */
    default int statusAtOpenPath() {
        return 200;
    }

    @Test
    default void opensPathToNobodyDuringOutpostOutage() throws IOException {
        RawRequest hook =
                GatewayFixture.request("app", "POST", "/hooks/build?id=1")
                        .with("X-authentik-username", "mallory")
                        .with("Authorization", "Bearer of-the-application");
        RawRequest forged =
                GatewayFixture.request("app", "POST", "/admin")
                        .with("X-Forwarded-Uri", "/hooks/build")
                        .with("X-Original-URL", "https://app.example.com/hooks/build");
        fixture().emergency("open: [{host: app.example.com, path: /hooks, methods: [POST]}]");
        awaitOpen("\"POST app.example.com/hooks\"");
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            assertThat(fixture().ask(forged).status()).isEqualTo(401);
            for (Header override : OVERRIDES) {
                RawRequest other = hook.with(override.name(), override.value());
                assertThat(fixture().ask(other).status()).as(override.name()).isEqualTo(401);
            }
            assertThat(fixture().application().requests()).isEmpty();

            assertThat(fixture().ask(hook).status()).isEqualTo(statusAtOpenPath());
        } finally {
            fixture().emergency("");
            awaitOpen("");
        }
        if (statusAtOpenPath() == 200) {
            ReceivedRequest received = fixture().application().awaitRequest();
            assertThat(Identity.receivedWith(received)).isEqualTo(new Identity(List.of()));
            assertThat(received.headers("Authorization"))
                    .containsExactly("Bearer of-the-application");
        }
    }

    @ParameterizedTest
    @EnumSource
    default void allowsEmergencyUserDuringOutpostOutage(Outage outage) throws IOException {
        try (var _ = fixture().outpostSuffers(outage)) {
            RawAnswer answer =
                    fixture()
                            .ask(
                                    GatewayFixture.page()
                                            .with(
                                                    "Authorization",
                                                    GatewayFixture.EMERGENCY_PASSWORD));

            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.elapsed()).isLessThan(LONGEST);
        }
        ReceivedRequest received = fixture().application().awaitRequest();
        var name = new Header("X-authentik-username", GatewayFixture.EMERGENCY_USER);
        assertThat(Identity.receivedWith(received)).isEqualTo(new Identity(List.of(name)));
        assertThat(received.headers("X-Guard-Fallback")).containsExactly(outage.reason());
    }

    /** An application that knows people by their e-mail addresses goes on. */
    @Test
    default void namesEmergencyUserAsOperatorWrote() throws IOException {
        identities(
                "admin: {email: ada@example.com, name: Ada Lövelace, groups: [editors, on call]}",
                1);
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            fixture()
                    .ask(
                            GatewayFixture.page()
                                    .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD)
                                    .with("X-authentik-email", "root@example.com"));
        } finally {
            identities("", 0);
        }

        // one char for each byte of UTF-8, as authentik sends it
        assertThat(Identity.receivedWith(fixture().application().awaitRequest()))
                .isEqualTo(
                        new Identity(
                                List.of(
                                        new Header(
                                                "X-authentik-username",
                                                GatewayFixture.EMERGENCY_USER),
                                        new Header("X-authentik-groups", "editors|on call"),
                                        new Header("X-authentik-email", "ada@example.com"),
                                        new Header(
                                                "X-authentik-name", "Ada L\u00c3\u00b6velace"))));
    }

    private void identities(String section, int users) {
        fixture().emergency("identities: {" + section + "}");
        Eventually.until("the identities", () -> status().contains("\"identities\":" + users));
    }

    @Test
    default void hidesEmergencyPasswordFromApplication() throws IOException {
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            fixture()
                    .ask(
                            GatewayFixture.page()
                                    .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD));
        }
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.headers("Authorization")).isEmpty();
        assertThat(received.head().raw()).doesNotContain(GatewayFixture.EMERGENCY_PASSWORD);
    }

    @Test
    default void hidesEmergencyPasswordAfterOutage() throws IOException {
        RawAnswer answer =
                fixture()
                        .ask(
                                GatewayFixture.pageWithSession()
                                        .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(fixture().outpost().awaitRequest().headers("Authorization")).isEmpty();
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain(GatewayFixture.EMERGENCY_PASSWORD);
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    /** Who has an emergency user's name in authentik, too, gets no further with an app password. */
    @Test
    default void tellsOperatorsOfNamesake() throws IOException {
        for (String password : List.of("app password", "another one")) {
            RawRequest page = GatewayFixture.pageWithSession();
            String appPassword = GatewayFixture.basic("reader:" + password);

            assertThat(fixture().ask(page.with("Authorization", appPassword)).status())
                    .isEqualTo(200);
        }

        assertThat(fixture().outpost().requests())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.headers("Authorization")).isEmpty());
        assertThat(fixture().application().requests())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.headers("Authorization")).isEmpty());
        assertThat(fixture().authentikGuard().process().output().lines())
                .filteredOn(line -> line.contains("\"event\":\"emergency_namesake\""))
                .filteredOn(line -> line.contains("\"user\":\"reader\""))
                .hasSize(1);
        assertThat(status()).containsPattern("\"namesakes\":[12],\"lastNamesake\"");
    }

    private void awaitOpen(String paths) {
        Eventually.until(
                "open paths", () -> status().contains("\"open\":{\"paths\":[" + paths + "]"));
    }

    private String status() throws IOException {
        return RawHttp.to(fixture().authentikGuard().managementPort())
                .ask(RawRequest.get("/status"))
                .body();
    }

    @Test
    default void challengesWrongPassword() throws IOException {
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer =
                    fixture()
                            .ask(
                                    GatewayFixture.page()
                                            .with("Authorization", GatewayFixture.WRONG_PASSWORD));

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        }
        assertThat(fixture().application().requests()).isEmpty();
    }

    @Test
    default void returnsToSingleSignOnAfterOutage() throws IOException {
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            assertThat(fixture().ask(GatewayFixture.pageWithSession()).status()).isEqualTo(401);
        }

        assertThat(fixture().ask(GatewayFixture.pageWithSession()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    default void keepsSitesUpDuringBotBlockerOutage(Outage outage) throws IOException {
        double before = fixture().botBlockGuard().fallbacks(outage.reason(), "allow");
        try (var _ = fixture().poisonFountainSuffers(outage)) {
            RawAnswer publicPage = fixture().ask(GatewayFixture.request("www", "GET", "/"));
            RawAnswer protectedPage = fixture().ask(GatewayFixture.pageWithSession());

            assertThat(publicPage.body()).isEqualTo("hello");
            assertThat(protectedPage.body()).isEqualTo("hello");
            assertThat(publicPage.elapsed()).isLessThan(LONGEST);
            assertThat(protectedPage.elapsed()).isLessThan(LONGEST);
        }
        assertThat(fixture().botBlockGuard().fallbacks(outage.reason(), "allow"))
                .isEqualTo(before + 2);
    }

    @Test
    default void protectsApplicationDuringBotBlockerOutage() throws IOException {
        try (var _ = fixture().poisonFountainSuffers(Outage.REFUSED)) {
            assertThat(fixture().ask(GatewayFixture.page()).status()).isEqualTo(302);
        }
        assertThat(fixture().application().requests()).isEmpty();
    }

    @Test
    default void redirectsToHttpsInsteadOfChallenging() throws IOException {
        RawRequest claim = GatewayFixture.page().with("X-Forwarded-Proto", "https");
        try (var _ = fixture().outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = fixture().visitorWithoutTls().ask(claim);

            assertThat(answer.status()).isBetween(301, 308);
            assertThat(answer.header("Location").orElseThrow())
                    .startsWith("https://app.example.com");
        }
    }
}
