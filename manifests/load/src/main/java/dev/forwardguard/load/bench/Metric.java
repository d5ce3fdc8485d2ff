package dev.forwardguard.load.bench;

import java.util.Locale;

/** A column of the table. */
enum Metric {
    CPU("CPU µs/request", 1),
    GATEWAY("of the gateway", 1),
    BEHIND("of guards or nginx", 1),
    RATE("requests/s", 0),
    P50("p50 ms", 2),
    P99("p99 ms", 2),
    MEMORY("memory MiB", 0),
    BUSY("core used", 2),
    ALLOCATED("allocated KiB/request", 1),
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

    double of(Measurement measurement) {
        return switch (this) {
            case CPU -> measurement.cpu();
            case GATEWAY -> measurement.gateway();
            case BEHIND -> measurement.cpu() - measurement.gateway();
            case RATE -> measurement.rate();
            case P50 -> measurement.p50();
            case P99 -> measurement.p99();
            case MEMORY -> measurement.memory();
            case BUSY -> measurement.busy();
            case ALLOCATED -> measurement.allocated();
            case WRONG -> measurement.wrong();
        };
    }

    /** Formats a value; small rates get a decimal. */
    String format(double number) {
        int shown = this == RATE && number < 100 ? 1 : digits;
        return String.format(Locale.ROOT, "%,." + shown + "f", number);
    }
}
