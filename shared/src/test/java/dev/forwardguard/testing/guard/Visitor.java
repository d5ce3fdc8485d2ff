package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.RawRequest;

import java.util.Base64;

/** The kinds of visitors that Emergency Access distinguishes. */
public enum Visitor {
    /** A visitor without credentials. */
    NONE,
    /** A visitor who guesses a password. */
    WRONG,
    /** A visitor with an emergency password. */
    RIGHT;

    /** An htpasswd file with one user, as {@code htpasswd -nbs anna secret} writes it. */
    public static final String HTPASSWD = "anna:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";

    /** The request with this visitor's credentials. */
    public RawRequest asks(RawRequest request) {
        return switch (this) {
            case NONE -> request;
            case WRONG -> request.with("Authorization", basic("anna", "guess"));
            case RIGHT -> request.with("Authorization", basic("anna", "secret"));
        };
    }

    /** The value of {@code Authorization}. */
    public static String basic(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
