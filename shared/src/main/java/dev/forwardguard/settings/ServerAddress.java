package dev.forwardguard.settings;

import io.netty.util.NetUtil;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host and the port in the URL of a server. {@link URI} knows only the names of RFC 2396, and
 * says that there is no host where containers and DNS have one: with an underscore, with a hyphen
 * at the end of a label, or with a last label that begins with a digit.
 *
 * @param host a name, or an address without the brackets that an IPv6 address has in a URL
 * @param port -1 if the URL has none
 */
record ServerAddress(String host, int port) {
    private static final int LONGEST_NAME =
            253; // RFC 1035 section 2.3.4, without the dot at the end
    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "(?<name>LABEL(?:\\.LABEL)*)(?<dot>\\.?)(?::(?<port>[0-9]{0,9}))?"
                            .replace("LABEL", "[0-9A-Za-z_-]{1,63}"));

    /** The JDK takes such a name for an address, as the C library does: 10.1 is 10.0.0.1. */
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    /**
     * Reads the host and the port of a URL.
     *
     * @throws IllegalArgumentException if it has none that can be resolved; the message continues
     *     the name of a key
     */
    static ServerAddress of(URI url) {
        String address = url.getHost();
        if (address != null && address.startsWith("[")) {
            return new ServerAddress(address.substring(1, address.length() - 1), url.getPort());
        }
        if (address != null && Character.isLetter(address.charAt(0))) {
            return new ServerAddress(address, url.getPort()); // nearly always
        }
        Matcher authority = AUTHORITY.matcher(String.valueOf(url.getRawAuthority()));
        if (!authority.matches() || authority.group("name").length() > LONGEST_NAME) {
            throw new IllegalArgumentException("must look like http://host:port");
        }
        String host = authority.group("name") + authority.group("dot");
        if (NUMBERS.matcher(host).matches() && !NetUtil.isValidIpV4Address(host)) {
            throw new IllegalArgumentException("must have a name or a whole address");
        }
        return new ServerAddress(host, port(authority.group("port")));
    }

    @SuppressWarnings("NullAway") // a group that did not take part
    private static int port(String digits) {
        return digits == null || digits.isEmpty() ? -1 : Integer.parseInt(digits);
    }
}
