package dev.forwardguard.testing.guard;

/** Answers as octets, for what no well-formed answer can say. */
public final class Wire {
    private Wire() {}

    /** A head, up to and including the empty line. */
    public static String head(String statusLine, String... headerLines) {
        var head = new StringBuilder(statusLine).append("\r\n");
        for (String line : headerLines) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** The head of a 200. */
    public static String ok(String... headerLines) {
        return head("HTTP/1.1 200 OK", headerLines);
    }

    /** So many octets. */
    public static String octets(int length) {
        return "x".repeat(length);
    }
}
