package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;

/**
 * One line that is neither blank nor a comment: {@code user:hash}, optionally followed by {@code
 * :anything}, as nginx and Apache read it. The hash is parsed in a second step, because the user of
 * a line matters even when the hash is unusable.
 *
 * <p>Outside of this package, entries are only compared: is this still the entry that a password
 * was checked against?
 *
 * @param user the user name, not empty
 * @param hash the stored hash as text, one character per byte
 */
public record HtpasswdEntry(String user, String hash) {
    /** Blanks behind the hash are dropped, as Apache and Traefik do. */
    static HtpasswdEntry parse(String text) throws UnusableLineException {
        Optional<String> accident = Accident.in(text);
        if (accident.isPresent()) {
            throw new UnusableLineException(accident.get());
        }
        if (text.length() > Htpasswd.MAX_LINE_BYTES) {
            throw new UnusableLineException("longer than 4 KiB");
        }
        if (text.indexOf('\0') >= 0) {
            throw new UnusableLineException("NUL byte, as in UTF-16: save the file as UTF-8");
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new UnusableLineException("no colon after the user name");
        }
        if (colon == 0) {
            throw new UnusableLineException("empty user name");
        }
        if (colon > Username.MAX_BYTES) {
            throw new UnusableLineException("user name longer than 255 bytes");
        }
        String user =
                Username.decode(text.substring(0, colon).getBytes(ISO_8859_1))
                        .orElseThrow(
                                () ->
                                        new UnusableLineException(
                                                "user name with control characters or white space around it, or not UTF-8"));
        int third = text.indexOf(':', colon + 1);
        String hash = text.substring(colon + 1, third < 0 ? text.length() : third);
        return new HtpasswdEntry(user, withoutBlanksBehind(hash));
    }

    private static String withoutBlanksBehind(String hash) {
        int end = hash.length();
        while (end > 0 && (hash.charAt(end - 1) == ' ' || hash.charAt(end - 1) == '\t')) {
            end--;
        }
        return hash.substring(0, end);
    }

    /** Parses the hash; its prefix tells the format. */
    PasswordHash usableHash(HashLimits limits) throws UnusableLineException {
        if (Accident.isInQuotes(hash)) {
            throw new UnusableLineException(Accident.IN_QUOTES);
        }
        if (hash.startsWith("$2a$") || hash.startsWith("$2b$") || hash.startsWith("$2y$")) {
            return Bcrypt.parse(hash, limits);
        }
        if (hash.startsWith("$apr1$") || hash.startsWith("$1$")) {
            return Md5Crypt.parse(hash);
        }
        if (hash.startsWith("$5$") || hash.startsWith("$6$")) {
            return ShaCrypt.parse(hash, limits);
        }
        if (hash.startsWith("{SHA}") || hash.startsWith("{SSHA}")) {
            return Sha1.parse(hash);
        }
        throw new UnusableLineException(causeOfRejection());
    }

    private String causeOfRejection() {
        if (hash.isEmpty()) {
            return "no password hash; it has to be on the same line";
        }
        if (hash.startsWith("$$")) {
            return "each $ of the hash is doubled, as in a Compose file: write it once";
        }
        if (hash.startsWith("$2x$")) {
            return "$2x$ is a broken form of bcrypt";
        }
        return hash.startsWith("$")
                ? "unsupported hash format"
                : "plain text or DES crypt (too weak), or an unknown format";
    }

    @Override
    public String toString() {
        return "HtpasswdEntry[user=" + user + "]";
    }
}
