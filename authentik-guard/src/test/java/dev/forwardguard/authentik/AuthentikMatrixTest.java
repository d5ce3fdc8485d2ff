package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.MatrixContract;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Tag;

import java.util.List;

@Tag("contract")
final class AuthentikMatrixTest extends MatrixContract {
    /** Repeated on purpose: Traefik's configuration lists these, and the user name. */
    private static final List<String> EMPTY_IDENTITY =
            List.of(
                    "X-authentik-groups",
                    "X-authentik-entitlements",
                    "X-authentik-email",
                    "X-authentik-name",
                    "X-authentik-uid",
                    "X-authentik-jwt",
                    "X-authentik-meta-jwks",
                    "X-authentik-meta-outpost",
                    "X-authentik-meta-provider",
                    "X-authentik-meta-app",
                    "X-authentik-meta-version");

    AuthentikMatrixTest() {
        super(Authentik.KIND);
    }

    @Override
    protected Outcome outcome(Visitor visitor) {
        return visitor == Visitor.RIGHT ? Outcome.ALLOW : Outcome.CHALLENGE;
    }

    @Override
    protected void assertDecision(RawAnswer answer, Visitor visitor) {
        if (visitor == Visitor.RIGHT) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.headers("X-authentik-username")).containsExactly("anna");
            assertThat(EMPTY_IDENTITY)
                    .allSatisfy(name -> assertThat(answer.headers(name)).containsExactly(""));
        } else {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"Emergency Access\", charset=\"UTF-8\"");
            assertThat(answer.header("X-authentik-username")).isEmpty();
            assertThat(EMPTY_IDENTITY)
                    .allSatisfy(name -> assertThat(answer.header(name)).isEmpty());
        }
    }
}
