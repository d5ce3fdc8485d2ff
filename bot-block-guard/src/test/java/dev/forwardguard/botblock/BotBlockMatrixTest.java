package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.MatrixContract;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Tag;

import java.util.Locale;

@Tag("contract")
final class BotBlockMatrixTest extends MatrixContract {
    BotBlockMatrixTest() {
        super(BotBlock.KIND);
    }

    @Override
    protected Outcome outcome(Visitor visitor) {
        return Outcome.ALLOW;
    }

    @Override
    protected void assertDecision(RawAnswer answer, Visitor visitor) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        assertThat(answer.headers())
                .noneMatch(
                        header -> header.name().toLowerCase(Locale.ROOT).startsWith("x-authentik"));
    }
}
