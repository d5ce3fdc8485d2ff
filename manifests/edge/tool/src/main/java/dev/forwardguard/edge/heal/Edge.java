package dev.forwardguard.edge.heal;

import java.util.function.Consumer;

/**
 * The gateways, and what they are seen and replaced by.
 *
 * @param out takes lines for people
 */
record Edge(
        Cluster cluster, RouteStore store, CanaryProbe canary, Time time, Consumer<String> out) {
    Diagnosis diagnosis() {
        return new Diagnosis(cluster, store);
    }
}
