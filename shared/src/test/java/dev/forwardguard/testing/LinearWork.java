package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Checks that reading a text costs work in proportion to its length, and not much for each
 * character, whatever visitors write into it.
 */
public final class LinearWork {
    private static final int SHORTEST = 32 * 1024;
    private static final int LONGEST = 4 * SHORTEST;

    /** Twice the work for twice the text, and something for what depends on neither. */
    private static final double GROWTH = 2.5;

    private static final int CONSTANT = 100_000;

    /** Enough to see the difference, with a piece for each byte. */
    private static final int SHORTEST_IN_PIECES = 4 * 1024;

    private static final int MOST_PIECES = 16 * 1024;

    private static final int STEPS_PER_CHARACTER = 40;
    private static final int BYTES_PER_CHARACTER = 16;

    /** What separates, nests or repeats in one of the header fields that the guards read. */
    private static final List<String> HOSTILE =
            List.of(
                    "basic",
                    "Basic ",
                    "bAsIc:",
                    "basic \t",
                    "basi",
                    "basic Og==,",
                    "basicYTpi",
                    "basic !!",
                    "Basic\u00e9",
                    ",",
                    ";",
                    ",;",
                    ", ",
                    "a",
                    "a,",
                    "ab, ",
                    "=",
                    "q=",
                    ";q=",
                    "text/html,",
                    "text/html;q=0.5,",
                    ";q=0.5",
                    "text/plain;q=1,text/html,",
                    " ",
                    "\t",
                    "/",
                    "//",
                    "://",
                    "http://",
                    "?",
                    "%",
                    "%2",
                    "%zz",
                    "|",
                    "{",
                    "\u00e9",
                    ":",
                    "::",
                    "::1,",
                    "10.0.0.1,",
                    "10.0.0.1:1, ",
                    "[::1]:1,",
                    "fe80::1%a,",
                    ".",
                    "1",
                    "-",
                    "_",
                    "close,",
                    "keep-alive, ",
                    "X-Forwarded-For,",
                    "cookie=",
                    "c=d; ");

    private static final int MIXED = 20;

    private LinearWork() {}

    /** The units of hostile texts: each one by itself, and mixed ones. */
    public static Stream<String> hostile() {
        return Stream.concat(
                Stream.concat(HOSTILE.stream(), Stream.of(WORDS)),
                Stream.iterate(0, seed -> seed + 1).limit(MIXED).map(LinearWork::mix));
    }

    private static String mix(int seed) {
        Random random = new Random(seed);
        var mixed = new StringBuilder();
        for (int i = 0; i < 3 + seed; i++) {
            mixed.append(HOSTILE.get(random.nextInt(HOSTILE.size())));
        }
        return mixed.toString();
    }

    /** A unit of words that differ, which hash tables and caches have to keep apart. */
    private static final String WORDS =
            IntStream.range(0, 50_000).mapToObj(Integer::toString).collect(joining(","));

    /** Repeats the unit to texts of 32, 64 and 128 KiB, and compares the work. */
    public static <E extends Enum<E> & Consumer<String>> void assertLinear(E reader, String unit) {
        long steps = Long.MAX_VALUE;
        long bytes = Long.MAX_VALUE;
        for (int length = SHORTEST; length <= LONGEST; length *= 2) {
            CountedWork work = CountedWork.of(reader, text("", unit, length));

            assertThat(work.steps())
                    .as("steps of %s for %d characters", reader, length)
                    .isLessThan(
                            (long) Math.min(steps * GROWTH, STEPS_PER_CHARACTER * (double) length)
                                    + CONSTANT);
            assertThat(work.bytes())
                    .as("bytes of %s for %d characters", reader, length)
                    .isLessThan(
                            (long) Math.min(bytes * GROWTH, BYTES_PER_CHARACTER * (double) length)
                                    + CONSTANT);
            steps = work.steps();
            bytes = work.bytes();
        }
    }

    /**
     * Compares the work for messages of 4 KiB and more that arrive in pieces. What one piece costs
     * does not matter, as long as it is the same for all of them.
     *
     * @param reader splits a message into pieces of this size
     * @param start the beginning of each message, which the unit follows again and again
     */
    public static <E extends Enum<E> & Consumer<String>> void assertLinearInPieces(
            E reader, int size, String start, String unit) {
        assertLinearInPieces(reader, size, LONGEST, start, unit);
    }

    /**
     * The same for texts up to this length.
     *
     * @param most in characters
     */
    public static <E extends Enum<E> & Consumer<String>> void assertLinearInPieces(
            E reader, int size, int most, String start, String unit) {
        long steps = Long.MAX_VALUE;
        long bytes = Long.MAX_VALUE;
        int longest = Math.min(most, MOST_PIECES * size);
        for (int length = SHORTEST_IN_PIECES; length <= longest; length *= 2) {
            CountedWork work = CountedWork.of(reader, text(start, unit, length));

            assertThat(work.steps())
                    .as("steps for %d characters in %s", length, reader)
                    .isLessThan((long) (steps * GROWTH + CONSTANT));
            assertThat(work.bytes())
                    .as("bytes for %d characters in %s", length, reader)
                    .isLessThan((long) (bytes * GROWTH + CONSTANT));
            steps = work.steps();
            bytes = work.bytes();
        }
    }

    private static String text(String start, String unit, int length) {
        return (start + unit.repeat(length / unit.length() + 1)).substring(0, length);
    }
}
