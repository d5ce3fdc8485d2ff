package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.UnexpectedFailureContract;

import org.junit.jupiter.api.Tag;

@Tag("contract")
final class BotBlockUnexpectedFailureTest extends UnexpectedFailureContract {
    BotBlockUnexpectedFailureTest() {
        super(BotBlock.KIND);
    }

    @Override
    protected void assertLastResort(RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(200);
    }

    @Override
    protected String outcome() {
        return "allow";
    }
}
