package dev.forwardguard.authentik.emergency.session;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host that a visitor asked for, as the gateway says it in one {@code X-Forwarded-Host}.
 *
 * @param authority name or address with the port, if there is one, as it was sent
 * @param name lower case, without the port and the dot at the end: cookies know neither (RFC 6265
 *     section 8.5)
 */
public record VisitorHost(String authority, String name) {
    private static final int LONGEST_NAME = 253; // RFC 1035 section 2.3.4
    private static final String LABEL = "[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?";
    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "(?<name>LABEL(?:\\.LABEL)*|\\[[0-9A-Fa-f:.]{2,45}])".replace("LABEL", LABEL)
                            + "\\.?(?::(?<port>[1-9][0-9]{0,4}))?");

    /** Browsers take such a name for an address (WHATWG URL, "ends in a number"). */
    private static final Pattern NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    /** Empty if there is none, more than one, or none that a browser can have asked for. */
    public static Optional<VisitorHost> of(HttpHeaders headers) {
        List<String> hosts = headers.getAll("X-Forwarded-Host");
        return hosts.size() == 1 ? parse(hosts.getFirst()) : Optional.empty();
    }

    /** Empty if it is no host with an optional port that a browser can have asked for. */
    public static Optional<VisitorHost> parse(String authority) {
        if (authority.length() > LONGEST_NAME + 7) {
            return Optional.empty();
        }
        Matcher host = AUTHORITY.matcher(authority);
        if (!host.matches() || !isPort(host.group("port"))) {
            return Optional.empty();
        }
        String name = host.group("name").toLowerCase(Locale.ROOT);
        return name.length() <= LONGEST_NAME && isNameOrAddress(name)
                ? Optional.of(new VisitorHost(authority, name))
                : Optional.empty();
    }

    private static boolean isNameOrAddress(String name) {
        if (name.startsWith("[")) {
            return NetUtil.isValidIpV6Address(name.substring(1, name.length() - 1));
        }
        return !NUMBER.matcher(name).matches() || NetUtil.isValidIpV4Address(name);
    }

    @SuppressWarnings("NullAway") // a group that did not take part
    private static boolean isPort(String digits) {
        return digits == null || Integer.parseInt(digits) <= 65_535;
    }
}
