package dev.forwardguard.edge.routes;

import java.util.List;

/** What came of reading and checking files of routes. */
public sealed interface Routes {
    /**
     * All files are right, and Traefik takes their keys.
     *
     * @param keys without the canary's
     */
    record Valid(KeyTree keys) implements Routes {}

    /**
     * Nothing may be written.
     *
     * @param problems at least one, in the order of the files and lines
     */
    record Invalid(List<Problem> problems) implements Routes {}
}
