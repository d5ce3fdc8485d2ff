package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.stream.Stream;

/**
 * Traefik removes {@code Authorization} from a request unless the auth response contains it. The
 * guard returns an application's own token. It neither forwards nor returns an emergency password.
 */
final class AuthorizationTest extends AgainstStubUpstream {
    private static final String TOKEN = "Bearer eyJhbGciOiJub25lIn0.e30.";

    AuthorizationTest() {
        super(Authentik.KIND);
    }

    private RawAnswer askWith(String... authorization) throws IOException {
        RawRequest request = kind.authRequest();
        for (String value : authorization) {
            request = request.with("Authorization", value);
        }
        return ask(request);
    }

    static Stream<String> applicationTokens() {
        return Stream.of(
                TOKEN,
                basic("carl", "secret"),
                basic("anna2", "secret"),
                "Digest username=\"anna\", realm=\"x\"",
                "Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+g",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu/s3/aws4_request",
                "Bearer " + "eyJ.".repeat(50_000),
                basic("x".repeat(50_000), "secret"),
                (basic("carl", "secret") + ",").repeat(8),
                "nonsense");
    }

    @ParameterizedTest
    @MethodSource("applicationTokens")
    void forwardsAndReturnsApplicationToken(String value) throws IOException {
        RawAnswer answer = askWith(value);

        assertThat(upstream.awaitRequest().headers("Authorization")).containsExactly(value);
        assertThat(answer.headers("Authorization")).containsExactly(value);
    }

    @Test
    void returnsSeveralTokensInOrder() throws IOException {
        assertThat(askWith(TOKEN, "Bearer second").headers("Authorization"))
                .containsExactly(TOKEN, "Bearer second");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 400, 500})
    void returnsNoTokenUnlessAllowed(int status) throws IOException {
        upstream.behaves(Behaviour.answers(status));

        RawAnswer answer = askWith(TOKEN);

        assertRelayed(answer, status);
        assertThat(answer.header("Authorization")).isEmpty();
    }

    @Test
    void prefersTokenFromOutpost() throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(200).with("Authorization", "Basic outposts")));

        assertThat(askWith(TOKEN).headers("Authorization")).containsExactly("Basic outposts");
        assertThat(askWith(basic("anna", "secret")).headers("Authorization"))
                .containsExactly("Basic outposts");
    }

    static Stream<String> emergencyPasswords() {
        String right = basic("anna", "secret");
        String token = right.substring("Basic ".length());
        return Stream.of(
                right,
                basic("anna", "of an application, but who knows"),
                basic("anna", ""),
                "basic " + token,
                "BASIC  " + token,
                "Basic\t" + token,
                "Basic" + token,
                "Basic " + token.replace("=", ""),
                "Basic \"" + token + "\"",
                "Basic anna:secret",
                TOKEN + ", " + right,
                right + ", " + TOKEN,
                "Negotiate Basic " + token,
                "basic".repeat(48_000),
                (basic("carl", "secret") + ",").repeat(9),
                "Basic " + "!".repeat(10_000) + token);
    }

    @ParameterizedTest
    @MethodSource("emergencyPasswords")
    void dropsEmergencyPassword(String value) throws IOException {
        RawAnswer answer = askWith(value);

        assertRelayed(answer, 200);
        assertThat(upstream.awaitRequest().header("Authorization")).isEmpty();
        assertThat(answer.header("Authorization")).isEmpty();
    }

    @Test
    void dropsAllValuesIfOneIsEmergencyPassword() throws IOException {
        RawAnswer answer = askWith(TOKEN, basic("anna", "secret"));

        assertThat(upstream.awaitRequest().header("Authorization")).isEmpty();
        assertThat(answer.header("Authorization")).isEmpty();
    }

    @Nested
    class WithoutVerdict {
        @ParameterizedTest
        @ValueSource(strings = {"Basic YW5uYTpzZWNyZXQ=", TOKEN, "Basic YW5uYTpndWVzcw=="})
        void returnsNoToken(String value) throws IOException {
            upstream.behaves(Behaviour.answers(503));

            assertThat(askWith(value).header("Authorization")).isEmpty();
        }
    }

    @Test
    void dropsPasswordOfRemovedOrLockedUser() throws IOException {
        String locked = Visitor.HTPASSWD.replace("anna", "carl") + "anna:!\n";
        for (String rotated : new String[] {locked, ""}) {
            try (var other = RunningGuard.start(settings(), Visitor.HTPASSWD)) {
                other.files().htpasswd(rotated);
                Eventually.until(
                        "the new file",
                        () -> other.status().contains("\"users\":" + (rotated.isEmpty() ? 0 : 1)));
                RawAnswer answer = other.http().ask(Visitor.RIGHT.asks(kind.authRequest()));

                assertThat(upstream.awaitRequest().header("Authorization")).isEmpty();
                assertThat(answer.header("Authorization")).isEmpty();
            }
        }
    }

    @Test
    void treatsEveryTokenAsApplicationsWithoutUsers() throws IOException {
        try (var withoutUsers = RunningGuard.start(settings())) {
            RawAnswer answer = withoutUsers.http().ask(Visitor.RIGHT.asks(kind.authRequest()));

            assertThat(upstream.awaitRequest().headers("Authorization"))
                    .containsExactly(basic("anna", "secret"));
            assertThat(answer.headers("Authorization")).containsExactly(basic("anna", "secret"));
        }
    }
}
