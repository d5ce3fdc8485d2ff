package dev.forwardguard.http1;

import org.jspecify.annotations.Nullable;

/**
 * The switch of the fast path, for the day when somebody suspects it. Without it Netty's decoders
 * parse all messages. Everything is the same then, but slower.
 */
public final class FastPath {
    private static final String VARIABLE = "GUARD_FAST_PATH";

    /** A constant for the compiler, so that it costs nothing. */
    private static final boolean ON = !"false".equals(System.getenv(VARIABLE));

    private FastPath() {}

    public static boolean isOn() {
        return ON;
    }

    /**
     * Checks the environment variable.
     *
     * @throws IllegalArgumentException if it is neither true nor false; the message names it
     */
    public static void check() {
        check(System.getenv(VARIABLE));
    }

    static void check(@Nullable String wanted) {
        if (wanted != null && !wanted.equals("true") && !wanted.equals("false")) {
            throw new IllegalArgumentException(VARIABLE + " must be true or false: " + wanted);
        }
    }
}
