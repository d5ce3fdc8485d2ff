package dev.forwardguard.edge.gateway;

/** What a gateway's canary route has answered. */
public sealed interface Reading {
    /** The revision that it serves. */
    record Shows(long revision) implements Reading {}

    /** It answers, but has no canary route: no routes at all, or nobody has written a canary. */
    record NoCanary(int status) implements Reading {}

    /** No answer in time. */
    record Silent(String reason) implements Reading {}

    /** A few words for a table. */
    default String text() {
        return switch (this) {
            case Shows it -> Long.toString(it.revision());
            case NoCanary it -> "no canary (HTTP " + it.status() + ")";
            case Silent it -> "no answer: " + it.reason();
        };
    }
}
