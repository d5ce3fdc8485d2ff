package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/** What a user may be called, alike in the header and in the file: UTF-8, no control characters. */
final class UserName {
    private UserName() {}

    /**
     * Empty for malformed UTF-8 and for control characters, C0, DEL and C1 (RFC 7617 §2 forbids
     * them). Nothing is trimmed or normalised: names are compared exactly, as nginx and Apache do.
     */
    static Optional<String> decode(byte[] bytes) {
        try {
            String name = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return name.chars().anyMatch(Character::isISOControl)
                    ? Optional.empty()
                    : Optional.of(name);
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }
}
