package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;

/** Asks gateways for their canary route. */
@FunctionalInterface
interface CanaryProbe {
    /** The port of the entry point {@code canary}. */
    int PORT = 8082;

    /**
     * Asks one gateway, and waits for at most two seconds.
     *
     * @param address its IP address
     */
    Reading ask(String address);

    /** Asks a pod; one whose containers have not been started does not answer. */
    default Reading ask(Pod pod) {
        return pod.isRunning() && !pod.address().isEmpty()
                ? ask(pod.address())
                : new Reading.Silent("it has not been started");
    }

    /** Whether these are the routes of this number, or later ones. */
    static boolean reaches(Reading reading, long number) {
        return reading instanceof Reading.Shows it && it.revision() >= number;
    }
}
