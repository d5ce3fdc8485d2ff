package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * The rules for a user name, the same in the header and in the file: UTF-8, no control characters,
 * no surrounding white space.
 */
final class Username {
    private Username() {}

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
