package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.LargeRequestContract;

import org.junit.jupiter.api.Tag;

import java.util.Map;

@Tag("contract")
final class BotBlockLargeRequestTest extends LargeRequestContract {
    BotBlockLargeRequestTest() {
        super(BotBlock.KIND, "X-Many");
    }

    @Override
    protected void assertUnreadable(RawAnswer answer, int status) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly("bad_request");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers("Connection")).containsExactly("close");
        assertCounted(Map.of("bad_request allow", 1L));
    }
}
