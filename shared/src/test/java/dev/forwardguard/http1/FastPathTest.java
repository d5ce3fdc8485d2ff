package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

/** The build runs this with the switch, and without. */
@Tag("contract")
final class FastPathTest {
    @Test
    void isWhatTheEnvironmentSays() {
        boolean on = !"false".equals(System.getenv("GUARD_FAST_PATH"));

        assertThat(FastPath.isOn()).isEqualTo(on);
        assertThat(readsRequest()).isEqualTo(on);
        assertThat(readsResponse()).isEqualTo(on);
    }

    private static boolean readsRequest() {
        var bytes = "GET /auth HTTP/1.1\r\nHost: guard\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return FastRequestParser.read(Unpooled.wrappedBuffer(bytes), path -> true) != null;
    }

    private static boolean readsResponse() {
        return FastResponseParser.read(
                        ByteBufUtil.writeAscii(
                                Unpooled.buffer().alloc(),
                                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                != null;
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"true", "false"})
    void acceptsTrueAndFalse(String wanted) {
        assertThatNoException().isThrownBy(() -> FastPath.check(wanted));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no", "False", "0"})
    void namesTheVariableWhoseValueIsNeither(String wanted) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FastPath.check(wanted))
                .withMessage("GUARD_FAST_PATH must be true or false: " + wanted);
    }
}
