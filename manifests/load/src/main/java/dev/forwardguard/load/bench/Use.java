package dev.forwardguard.load.bench;

import java.util.Optional;

/**
 * What a contender has used so far.
 *
 * @param all of its processes together
 * @param gateway the part of the gateway, if it is one with servers behind it
 */
record Use(ProcessUse all, Optional<ProcessUse> gateway) {
    /** The CPU time of all processes since an earlier reading, in microseconds. */
    double micros(Use before) {
        return all.cpuMicros() - before.all.cpuMicros();
    }

    /** The part of the gateway in that; {@code NaN} if there is none. */
    double gatewayMicros(Use before) {
        return gateway.map(ProcessUse::cpuMicros).map(Long::doubleValue).orElse(Double.NaN)
                - before.gateway.map(ProcessUse::cpuMicros).orElse(0L);
    }

    /** Memory in MiB. */
    double mebibytes() {
        return all.kibibytes() / 1024.0;
    }
}
