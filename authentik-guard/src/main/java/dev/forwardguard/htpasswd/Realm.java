package dev.forwardguard.htpasswd;

/**
 * The {@code WWW-Authenticate} value of a 401: {@code toString} is the header (RFC 7617 §2). The
 * only charset that the RFC allows is UTF-8 (§2.1); naming it makes browsers send user names and
 * passwords in the encoding that {@link Credentials} expects.
 *
 * @param realm names the protection space in the browser's prompt; visible ASCII and spaces
 */
public record Realm(String realm) {

    /**
     * @throws IllegalArgumentException if the realm holds control or non-ASCII characters. The
     *     latter are grammatical in a quoted-string (RFC 9110 §5.6.4), but have no agreed meaning.
     */
    public Realm {
        if (!realm.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException(
                    "realm must hold printable ASCII characters only, and no control characters");
        }
    }

    @Override
    public String toString() {
        String quoted = realm.replace("\\", "\\\\").replace("\"", "\\\"");
        return "Basic realm=\"" + quoted + "\", charset=\"UTF-8\"";
    }
}
