package dev.forwardguard.load;

import java.util.random.RandomGenerator;

/** Public addresses, as a gateway would write them into {@code X-Forwarded-For}. */
final class Addresses {
    /** The attacker who has no other address. */
    static final String ONE = "198.51.100.7";

    private Addresses() {}

    /** The address of a usual visitor. */
    static String visitor(int number) {
        return "192.0.2." + (1 + number);
    }

    /** Any of 16 million, where neither usual visitors nor the operator are. */
    static String any(RandomGenerator random) {
        return "45." + random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(256);
    }

    /** Any of a few. */
    static String few(RandomGenerator random, int count) {
        return "198.51.100." + (100 + random.nextInt(count));
    }

    /** Any of one /24. */
    static String neighbour(RandomGenerator random) {
        return "203.0.113." + random.nextInt(256);
    }

    /** Any of one /48, mostly in a /64 of its own. */
    static String inSlash48(RandomGenerator random) {
        return "2001:db8:77:%x::%x".formatted(random.nextInt(0x10000), 1 + random.nextInt(0xFFFE));
    }

    /** The n-th of the addresses from which the operator was never seen before, each in its /24. */
    static String unseen(int number) {
        return "93." + (number >> 8 & 255) + "." + (number & 255) + ".20";
    }
}
