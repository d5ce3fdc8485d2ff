package dev.forwardguard.htpasswd;

/**
 * The {@code WWW-Authenticate} value of a 401: {@code toString} returns the field value (RFC 7617
 * §2). UTF-8 is the only charset that the RFC allows (§2.1). Naming it makes browsers send user
 * names and passwords in the encoding that {@link Credentials} expects.
 *
 * @param realm the name of the protection space in the browser's prompt; visible ASCII and spaces
 */
public record Realm(String realm) {

    /**
     * Creates a realm.
     *
     * @throws IllegalArgumentException if the realm contains control or non-ASCII characters. The
     *     latter are valid in a quoted-string (RFC 9110 §5.6.4), but have no defined meaning.
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
