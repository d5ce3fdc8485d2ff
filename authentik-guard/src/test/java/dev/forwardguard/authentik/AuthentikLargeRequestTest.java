package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.LargeRequestContract;

import org.junit.jupiter.api.Tag;

import java.util.Map;

@Tag("contract")
final class AuthentikLargeRequestTest extends LargeRequestContract {
    AuthentikLargeRequestTest() {
        super(Authentik.KIND, "Cookie");
    }

    @Override
    protected void assertUnreadable(RawAnswer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly("bad_request");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers("Connection")).containsExactly("close");
        assertThat(answer.body()).contains("headers are larger than 256 KiB");
        assertCounted(Map.of("bad_request refuse", 1L));
    }
}
