package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Random;

/**
 * Compares with a byte-by-byte search, for every position in arrays of up to five times eight
 * bytes.
 */
class ByteScannerTest {
    private static final byte[] BYTES = {'a', 'z', '9', ';', ':', ' ', 0x1F, 0x7F, (byte) 0xBA, -1};
    private static final int LONGEST = 40;

    private final Random random = new Random(1);

    @Test
    void findsNextColonOrEnd() {
        for (int length = 0; length <= LONGEST; length++) {
            byte[] bytes = randomBytes(length);
            for (int from = 0; from <= length; from++) {
                int expected = from;
                while (expected < length && bytes[expected] != ':') {
                    expected++;
                }
                assertThat(ByteScanner.nextColon(bytes, from)).isEqualTo(expected);
            }
        }
    }

    @Test
    void findsNextControlCharacter() {
        for (int length = 1; length <= LONGEST; length++) {
            byte[] bytes = randomBytes(length);
            bytes[length - 1] = '\r';
            for (int from = 0; from < length; from++) {
                int expected = from;
                while ((bytes[expected] & 0xFF) >= ' ' && bytes[expected] != 0x7F) {
                    expected++;
                }
                assertThat(ByteScanner.nextControl(bytes, from)).isEqualTo(expected);
            }
        }
    }

    /** Mostly letters, so that there is something to search. */
    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = random.nextInt(4) == 0 ? BYTES[random.nextInt(BYTES.length)] : (byte) 'x';
        }
        return bytes;
    }
}
