package dev.forwardguard.edge.routes.syntax;

/** Texts of users in messages. */
final class Quoted {
    private static final int MAX_LENGTH = 60;

    private Quoted() {}

    /** The text in quotation marks, in one line and shortened. */
    static String quoted(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return "\""
                + (line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line)
                + "\"";
    }
}
