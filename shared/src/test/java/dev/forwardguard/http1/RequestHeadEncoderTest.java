package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

import org.junit.jupiter.api.Test;

class RequestHeadEncoderTest {
    private String written(String uri, OutgoingHeaders headers) {
        ByteBuf bytes = RequestHeadEncoder.write("upstream:8080", "/prefix", uri, headers);
        try {
            return bytes.toString(ISO_8859_1);
        } finally {
            bytes.release();
        }
    }

    @Test
    void writesGetWithUpstreamHostFirst() {
        String head =
                written(
                        "/auth?x=1",
                        header -> {
                            header.accept("Cookie", "a=1");
                            header.accept(AsciiString.of("accept"), AsciiString.of("*/*"));
                            header.accept("Cookie", "");
                        });

        assertThat(head.split("\r\n", -1))
                .containsExactly(
                        "GET /prefix/auth?x=1 HTTP/1.1",
                        "Host: upstream:8080",
                        "Cookie: a=1",
                        "accept: */*",
                        "Cookie: ",
                        "",
                        "");
    }

    @Test
    void keepsEveryByte() {
        String bytes = new String(allBytesFrom(0x80), ISO_8859_1);

        assertThat(written("/" + bytes, header -> header.accept("X-" + bytes, bytes)))
                .startsWith("GET /prefix/" + bytes + " HTTP/1.1\r\n")
                .endsWith("\r\nX-" + bytes + ": " + bytes + "\r\n\r\n");
    }

    private static byte[] allBytesFrom(int first) {
        byte[] bytes = new byte[256 - first];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    @Test
    void writesOnlySubsequenceOfName() {
        AsciiString name = AsciiString.of("xxCookiexx").subSequence(2, 8, false);

        assertThat(written("/", header -> header.accept(name, "a=1")))
                .endsWith("\r\nCookie: a=1\r\n\r\n");
    }

    @Test
    void largeRequestDoesNotLeakIntoNext() {
        String large = "x".repeat(250_000);

        assertThat(written("/", header -> header.accept("Cookie", large)))
                .hasSizeGreaterThan(250_000)
                .endsWith("x\r\n\r\n");
        assertThat(written("/", header -> {})).doesNotContain("xx").endsWith("8080\r\n\r\n");
    }

    @Test
    void failedRequestDoesNotLeakIntoNext() {
        try {
            written(
                    "/",
                    header -> {
                        header.accept("Cookie", "half");
                        throw new IllegalStateException("a bug");
                    });
        } catch (IllegalStateException expected) {
            // only the next request matters
        }

        assertThat(written("/", header -> {}))
                .isEqualTo("GET /prefix/ HTTP/1.1\r\nHost: upstream:8080\r\n\r\n");
    }
}
