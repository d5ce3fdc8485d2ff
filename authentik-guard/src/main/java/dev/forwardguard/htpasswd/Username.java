package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * What a user may be called, alike in the header and in the file: UTF-8, no control characters, no
 * white space around it.
 */
final class Username {
    private Username() {}

    /**
     * Empty for malformed UTF-8 and for control characters, C0, DEL and C1 (RFC 7617 §2 forbids
     * them), and for a name that begins or ends with white space: a header loses that on the way
     * (RFC 9110 §5.5), so the backend would be told another user. Nothing is trimmed or normalised:
     * names are compared exactly, as nginx and Apache do.
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
