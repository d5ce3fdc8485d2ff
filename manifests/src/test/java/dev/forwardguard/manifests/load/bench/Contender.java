package dev.forwardguard.manifests.load.bench;

/** What is measured: a proxy between Traefik and the auth backend. */
interface Contender {
    /** As it is called in the table. */
    String name();

    /** The cores that it runs on, as {@code taskset} takes them. */
    default String cores() {
        return BenchRig.CORE;
    }

    /** Whether it gets faster at first, while it finds out what is hot. */
    default boolean warmsUp() {
        return false;
    }

    Running start(BenchRig stand);
}
