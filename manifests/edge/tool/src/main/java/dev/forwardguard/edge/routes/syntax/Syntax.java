package dev.forwardguard.edge.routes.syntax;

import java.util.Optional;

/** Judges one text. */
public interface Syntax {
    /**
     * What is wrong with the text and what would be right, or empty if Traefik takes it. Names the
     * text itself only where it can be no secret.
     */
    Optional<String> complaint(String text);
}
