package dev.forwardguard.testing.guard;

/** Responses as octets, for those that no well-formed response can express. */
public final class Wire {
    private Wire() {}

    /** The status line and field lines, up to and including the empty line. */
    public static String head(String statusLine, String... headerLines) {
        var head = new StringBuilder(statusLine).append("\r\n");
        for (String line : headerLines) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** The same with the status line of a 200. */
    public static String ok(String... headerLines) {
        return head("HTTP/1.1 200 OK", headerLines);
    }

    /** This many octets. */
    public static String octets(int length) {
        return "x".repeat(length);
    }
}
