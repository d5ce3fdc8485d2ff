package dev.forwardguard.load.bench;

/**
 * A server under test: a proxy between Traefik and the auth backend, or Traefik itself with such
 * proxies behind it.
 */
interface Contender {
    /** The name in the table. */
    String name();

    /** The cores that it runs on, in the format of {@code taskset}. */
    default String cores() {
        return BenchRig.CORE;
    }

    /** Whether a guard is part of it: those get faster at first, by JIT compilation. */
    default boolean hasGuard() {
        return false;
    }

    Running start(BenchRig rig);
}
