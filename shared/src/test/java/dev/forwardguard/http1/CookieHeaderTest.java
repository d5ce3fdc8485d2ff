package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.AsciiString;

import org.junit.jupiter.api.Test;

import java.util.Random;

class CookieHeaderTest {
    private static final AsciiString NAME = AsciiString.cached("__Host-emergency");

    private static boolean mentions(String header) {
        byte[] bytes = ("before" + header + "behind").getBytes(ISO_8859_1);
        boolean inBytes =
                CookieHeader.mentions(
                        new AsciiString(bytes, "before".length(), header.length(), false), NAME);
        assertThat(CookieHeader.mentions(header, NAME)).isEqualTo(inBytes);
        return inBytes;
    }

    @Test
    void findsNameWhereverItIs() {
        for (int before = 0; before < 100; before++) {
            for (int after = 0; after < 40; after++) {
                assertThat(mentions("x".repeat(before) + NAME + "-".repeat(after))).isTrue();
                assertThat(mentions("-".repeat(before) + NAME + "x".repeat(after))).isTrue();
            }
        }
    }

    @Test
    void findsNothingElse() {
        assertThat(mentions("")).isFalse();
        assertThat(mentions("-")).isFalse();
        assertThat(mentions("__Host-emergenc")).isFalse();
        assertThat(mentions("_Host-emergency")).isFalse();
        assertThat(mentions("__host-emergency")).isFalse();
        assertThat(mentions("-".repeat(16_384))).isFalse();
    }

    /** Nothing beside the value is part of it. */
    @Test
    void looksAtNothingAroundIt() {
        byte[] bytes = "x__Host-emergencyx".getBytes(ISO_8859_1);
        for (int start = 0; start < bytes.length; start++) {
            for (int end = start; end <= bytes.length; end++) {
                assertThat(
                                CookieHeader.mentions(
                                        new AsciiString(bytes, start, end - start, false), NAME))
                        .isEqualTo(start <= 1 && end >= bytes.length - 1);
            }
        }
    }

    @Test
    void agreesWithString() {
        var random = new Random(31);
        for (int i = 0; i < 20_000; i++) {
            var header = new StringBuilder();
            while (header.length() < random.nextInt(80)) {
                header.append(random.nextInt(4) == 0 ? "__Host-emergency" : "_-Hoßté7;");
            }
            int start = random.nextInt(header.length() + 1);
            String part =
                    header.substring(start, start + random.nextInt(header.length() + 1 - start));
            assertThat(mentions(part)).as(part).isEqualTo(part.contains(NAME));
        }
    }
}
