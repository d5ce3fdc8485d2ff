package dev.forwardguard.manifests.load.bench;

/**
 * One round of one contender; what was not measured is {@code NaN}.
 *
 * @param cpu microseconds of the contender's process per request
 * @param rate answers per second
 * @param p50 milliseconds
 * @param p99 milliseconds
 * @param memory in MiB, at the end
 * @param busy share of one processor that the contender used; if it is below about 0.95 under
 *     saturation, not the contender was the bottleneck
 * @param allocated KiB of the heap per request
 * @param wrong answers that were not the expected one, or did not come
 */
record Measurement(
        double cpu,
        double rate,
        double p50,
        double p99,
        double memory,
        double busy,
        double allocated,
        double wrong) {}
