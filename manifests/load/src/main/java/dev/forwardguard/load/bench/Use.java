package dev.forwardguard.load.bench;

import java.util.Optional;

/**
 * What a contender has used so far.
 *
 * @param all of its processes together
 * @param gateway the part of the gateway, if it is one with servers behind it
 * @param threads those of a contender that is no gateway, or of the servers behind it
 */
record Use(ProcessUse all, Optional<ProcessUse> gateway, ThreadUse threads) {
    /** The CPU time of all processes since an earlier reading, in microseconds. */
    double micros(Use before) {
        return all.cpuMicros() - before.all.cpuMicros();
    }

    /** The part of the gateway in that; {@code NaN} if there is none. */
    double gatewayMicros(Use before) {
        return gateway.map(ProcessUse::cpuMicros).map(Long::doubleValue).orElse(Double.NaN)
                - before.gateway.map(ProcessUse::cpuMicros).orElse(0L);
    }

    /** The part of each request in what was used since an earlier reading. */
    Measurement perRequest(Use before, double requests) {
        double all = micros(before) / requests;
        double own = gatewayMicros(before) / requests;
        return threads.shares(before.threads)
                .with(Metric.CPU, all)
                .with(Metric.GATEWAY, own)
                .with(Metric.BEHIND, all - own)
                .with(Metric.MEMORY, mebibytes());
    }

    /** Memory in MiB. */
    double mebibytes() {
        return all.kibibytes() / 1024.0;
    }
}
