package dev.forwardguard.manifests.load.bench;

/** A server under test: a proxy between Traefik and the auth backend. */
interface Contender {
    /** The name in the table. */
    String name();

    /** The cores that it runs on, in the format of {@code taskset}. */
    default String cores() {
        return BenchRig.CORE;
    }

    /** Whether it gets faster at first, by JIT compilation. */
    default boolean warmsUp() {
        return false;
    }

    Running start(BenchRig rig);
}
