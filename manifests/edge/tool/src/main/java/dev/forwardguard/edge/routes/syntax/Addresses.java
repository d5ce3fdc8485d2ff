package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses and ranges of addresses as Go's net package reads them. */
final class Addresses {
    private static final String BYTE = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern V4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
    private static final Pattern V6_PART = Pattern.compile("[0-9A-Fa-f]{0,4}");
    private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    private Addresses() {}

    /** An address or a CIDR. */
    static Optional<String> rangeComplaint(String text) {
        return isRange(text)
                ? Optional.empty()
                : Optional.of(quoted(text) + " must be an address or a range such as 10.0.0.0/8");
    }

    static boolean isRange(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean v4 = isV4(address);
        if (!v4 && !isV6(address)) {
            return false;
        }
        return slash < 0 || isPrefix(text.substring(slash + 1), v4 ? 32 : 128);
    }

    private static boolean isPrefix(String text, int max) {
        return PREFIX.matcher(text).matches() && Integer.parseInt(text) <= max;
    }

    private static boolean isV4(String text) {
        return V4.matcher(text).matches();
    }

    /** Java takes more than four digits, and an IPv4 part with leading zeros; Go does not. */
    private static boolean isV6(String text) {
        boolean parts =
                Arrays.stream(text.split(":", -1))
                        .allMatch(part -> V6_PART.matcher(part).matches() || isV4(part));
        if (text.indexOf(':') < 0 || !parts) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A host and a port. */
    static Optional<String> addressComplaint(String text) {
        int colon = text.lastIndexOf(':');
        boolean valid =
                colon > 0 && isHost(text.substring(0, colon)) && isPort(text.substring(colon + 1));
        return valid
                ? Optional.empty()
                : Optional.of(quoted(text) + " must be a host and a port such as 10.0.0.5:5432");
    }

    static boolean isHost(String text) {
        boolean brackets = text.startsWith("[") && text.endsWith("]");
        return brackets ? isV6(text.substring(1, text.length() - 1)) : HOST.matcher(text).matches();
    }

    static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= 65_535;
    }
}
