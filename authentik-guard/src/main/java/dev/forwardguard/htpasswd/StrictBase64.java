package dev.forwardguard.htpasswd;

import java.util.Base64;
import java.util.Optional;

/** Decodes base64 exactly as in RFC 4648 §4. */
final class StrictBase64 {
    private StrictBase64() {}

    /**
     * Returns empty unless encoding the result gives exactly the text again. The JDK's decoder
     * would also accept missing padding and stray bits in the last character (RFC 4648 §3.5).
     */
    static Optional<byte[]> decode(String text) {
        try {
            byte[] decoded = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(decoded).equals(text)
                    ? Optional.of(decoded)
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
