package dev.forwardguard.edge.routes.yaml;

import java.nio.file.Path;

/**
 * Where something stands in a file.
 *
 * @param line from 1
 */
public record Place(Path file, int line) {
    /** As editors take it, {@code routes.yaml:7}. */
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
