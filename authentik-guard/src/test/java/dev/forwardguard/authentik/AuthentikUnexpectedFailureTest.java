package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.UnexpectedFailureContract;

import org.junit.jupiter.api.Tag;

@Tag("contract")
final class AuthentikUnexpectedFailureTest extends UnexpectedFailureContract {
    AuthentikUnexpectedFailureTest() {
        super(Authentik.KIND);
    }

    @Override
    protected void assertLastResort(RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("X-authentik-username")).isEmpty();
        assertThat(answer.header("Authorization")).isEmpty();
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
    }

    @Override
    protected String outcome() {
        return "refuse";
    }
}
