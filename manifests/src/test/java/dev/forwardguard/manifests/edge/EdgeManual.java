package dev.forwardguard.manifests.edge;

import dev.forwardguard.manifests.Manual;

/** {@code manifests/edge/README.md}. */
final class EdgeManual {
    private static final Manual MANUAL = Manual.of("manifests/edge/README.md");

    private EdgeManual() {}

    static String text() {
        return MANUAL.text();
    }

    static String section(String anchor) {
        return MANUAL.section(anchor);
    }
}
