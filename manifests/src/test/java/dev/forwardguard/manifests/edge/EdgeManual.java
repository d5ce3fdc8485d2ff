package dev.forwardguard.manifests.edge;

import dev.forwardguard.manifests.Kustomization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** {@code manifests/edge/README.md}. */
final class EdgeManual {
    private EdgeManual() {}

    static String text() {
        try {
            return Files.readString(Kustomization.MANIFESTS.resolve("edge/README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
