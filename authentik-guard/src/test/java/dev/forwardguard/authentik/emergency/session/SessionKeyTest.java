package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.forwardguard.live.InvalidContentException;

import org.junit.jupiter.api.Test;

import java.util.List;

class SessionKeyTest {
    private static byte[] mac(byte[] key) {
        return SessionKey.parse(key).authenticate(List.of(new byte[] {1}));
    }

    @Test
    void whiteSpaceAroundTextDoesNotCount() {
        byte[] text = "x9Jq3nH0Zs5v8yBdEhMbQeThWmZq4t7wzCFJNcRfUjXn".getBytes(US_ASCII);
        byte[] line = "  x9Jq3nH0Zs5v8yBdEhMbQeThWmZq4t7wzCFJNcRfUjXn\r\n".getBytes(US_ASCII);

        assertThat(mac(line)).isEqualTo(mac(text));
    }

    @Test
    void everyOctetOfBytesCounts() {
        byte[] bytes = new byte[33];
        bytes[0] = (byte) 0xFF;
        bytes[32] = '\n';
        byte[] others = bytes.clone();
        others[32] = ' ';

        assertThat(mac(bytes)).isNotEqualTo(mac(others));
    }

    @Test
    void mustBeLongEnough() {
        assertThatThrownBy(() -> SessionKey.parse("k".repeat(42).getBytes(US_ASCII)))
                .isInstanceOf(InvalidContentException.class)
                .hasMessage("shorter than 32 bytes, which are 43 letters in base64");
        assertThatThrownBy(() -> SessionKey.parse((" ".repeat(80) + "k").getBytes(US_ASCII)))
                .isInstanceOf(InvalidContentException.class);
        assertThatThrownBy(() -> SessionKey.parse(new byte[31]))
                .isInstanceOf(InvalidContentException.class);
        assertThatThrownBy(() -> SessionKey.parse(new byte[0]))
                .isInstanceOf(InvalidContentException.class);
        assertThatThrownBy(() -> SessionKey.parse(new byte[4097]))
                .hasMessage("longer than 4096 bytes");
    }

    /** Two lists with the same bytes in other parts are not the same. */
    @Test
    void partsAreToldApart() {
        var key = SessionKey.random();
        assertThat(key.authenticate(List.of(new byte[] {1}, new byte[] {2, 3})))
                .isNotEqualTo(key.authenticate(List.of(new byte[] {1, 2}, new byte[] {3})));
    }

    @Test
    void randomOnesDiffer() {
        List<byte[]> part = List.of(new byte[] {1});
        assertThat(SessionKey.random().authenticate(part))
                .isNotEqualTo(SessionKey.random().authenticate(part));
    }
}
