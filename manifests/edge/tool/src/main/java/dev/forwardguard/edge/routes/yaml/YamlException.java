package dev.forwardguard.edge.routes.yaml;

/** A file is not YAML, or not YAML that every reader understands alike. */
public final class YamlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final int line;

    YamlException(int line, String message) {
        super(message);
        this.reason = message;
        this.line = line;
    }

    /** The line, from 1. */
    public int line() {
        return line;
    }

    /** What is wrong, for users. */
    public String reason() {
        return reason;
    }
}
