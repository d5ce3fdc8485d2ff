package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * The rules for a user name, the same in the header and in the file: UTF-8, no control characters,
 * no surrounding white space.
 */
public final class Username {
    /** The longest name that Apache's {@code htpasswd} writes. */
    static final int MAX_BYTES = 255;

    private Username() {}

    /** Whether a line of an htpasswd file can have this name. */
    public static boolean isUsable(String name) {
        byte[] bytes = name.getBytes(UTF_8);
        return bytes.length > 0
                && bytes.length <= MAX_BYTES
                && name.indexOf(':') < 0
                && decode(bytes).filter(name::equals).isPresent();
    }

    /**
     * Decodes a name. Returns empty for malformed UTF-8, for control characters (C0, DEL and C1;
     * RFC 7617 §2 forbids them), and for a name that begins or ends with white space: header fields
     * lose that in transit (RFC 9110 §5.5), so the backend would see another user. Nothing is
     * trimmed or normalized: names are compared exactly, as nginx and Apache do.
     */
    static Optional<String> decode(byte[] bytes) {
        try {
            String name = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            boolean usable =
                    name.chars().noneMatch(Character::isISOControl) && name.equals(name.strip());
            return usable ? Optional.of(name) : Optional.empty();
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }
}
