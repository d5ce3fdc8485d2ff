package dev.forwardguard.load.bench;

import java.util.Locale;

/** A column of the table. */
enum Metric {
    /** CPU time of all the contender's processes. */
    CPU("CPU µs/request", 1),

    /** The part of the gateway in that, if the contender is one. */
    GATEWAY("of the gateway", 1),

    /** The rest of that. */
    BEHIND("of guards or nginx", 1),

    /** CPU time of a contender that nobody asks for anything. */
    IDLE("CPU ms/s", 2),

    /** How often one of its threads gets a processor meanwhile. */
    WAKE_UPS("wake-ups/s", 1),

    /** The shares of threads in the CPU time of guards or nginx. */
    EVENT_LOOPS("event loops %", 0),
    COMPILERS("compilers %", 0),
    OTHER_THREADS("other threads %", 0),

    /** Answered requests. */
    RATE("requests/s", 0),

    /** The median time of a page with all its parts. */
    PAGE("page ms", 2),

    /** How often the upstream was asked for that. */
    ASKED("upstream requests/page", 2),

    /** The median response time. */
    P50("p50 ms", 2),
    P99("p99 ms", 2),

    /** At the end of the round. */
    MEMORY("memory MiB", 0),

    /** Below about 0.95 under saturation, the contender was not the bottleneck. */
    BUSY("core used", 2),

    /** On the heap. */
    ALLOCATED("allocated KiB/request", 1),

    /** Unexpected or missing responses. */
    WRONG("wrong", 0);

    private final String title;
    private final int digits;

    Metric(String title, int digits) {
        this.title = title;
        this.digits = digits;
    }

    String title() {
        return title;
    }

    /** Formats a value; small rates get a decimal. */
    String format(double number) {
        int shown = this == RATE && number < 100 ? 1 : digits;
        return String.format(Locale.ROOT, "%,." + shown + "f", number);
    }
}
