package dev.forwardguard.authentik.pages;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * The address of a page that helps visitors in an outage. Browsers read it from a page, so nothing
 * may be in it that they take in another way than {@link URI} does.
 *
 * @param value absolute, {@code https}, in ASCII
 */
public record HelpUrl(String value) {
    /** With the longest message a page remains short enough for the gateway. */
    static final int MAX_CHARACTERS = 300;

    /** RFC 3986 section 2. */
    private static final Pattern CHARACTERS =
            Pattern.compile("[A-Za-z0-9-._~:/?#\\[\\]@!$&'()*+,;=%]*");

    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException if it is anything else; the message continues the key's name
     */
    public HelpUrl {
        if (value.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "must have at most " + MAX_CHARACTERS + " characters");
        }
        if (!CHARACTERS.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "must have only the characters of a URL: others percent-encoded, in a host name as xn--");
        }
        if (!value.startsWith("https://")) {
            throw new IllegalArgumentException("must look like https://help.example.com/outage");
        }
        URI url = URI.create(value);
        String authority = url.getRawAuthority();
        if (authority == null || authority.indexOf('@') >= 0 || url.getRawFragment() != null) {
            throw new IllegalArgumentException("must have a host, no user and no fragment");
        }
        String host = url.getHost();
        if (host == null || !HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("must have the name of a host");
        }
        int port = url.getPort();
        boolean isPort = port > 0 && port <= 65535;
        if (!authority.equals(isPort ? host + ":" + port : host)) {
            throw new IllegalArgumentException("must have a port from 1 to 65535, or none");
        }
    }

    /** As it is written in {@code guard.yml}. */
    @Override
    public String toString() {
        return value;
    }
}
