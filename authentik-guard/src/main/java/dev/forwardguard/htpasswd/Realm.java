package dev.forwardguard.htpasswd;

/**
 * The protection space that browsers ask for credentials of.
 *
 * @param name the name in the browser's prompt; visible ASCII and spaces
 */
public record Realm(String name) {

    /**
     * Creates a realm.
     *
     * @throws IllegalArgumentException if the realm contains control or non-ASCII characters. The
     *     latter are valid in a quoted-string (RFC 9110 §5.6.4), but have no defined meaning.
     */
    public Realm {
        if (!name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException(
                    "realm must hold printable ASCII characters only, and no control characters");
        }
    }

    /**
     * The {@code WWW-Authenticate} value of a 401 (RFC 7617 §2). UTF-8 is the only charset that the
     * RFC allows (§2.1). Naming it makes browsers send user names and passwords in the encoding
     * that {@link Credentials} expects.
     */
    public String challenge() {
        String quoted = name.replace("\\", "\\\\").replace("\"", "\\\"");
        return "Basic realm=\"" + quoted + "\", charset=\"UTF-8\"";
    }

    @Override
    public String toString() {
        return name;
    }
}
