package dev.forwardguard.load.bench;

/**
 * The values of one round of one contender; {@code NaN} if not measured.
 *
 * @param cpu CPU time of all the contender's processes per request, in microseconds
 * @param gateway the part of the gateway in that, if the contender is one
 * @param rate responses per second
 * @param p50 median response time in milliseconds
 * @param p99 99th percentile of the response times in milliseconds
 * @param memory in MiB, at the end of the round
 * @param busy share of one core that the contender used; below about 0.95 under saturation, the
 *     contender was not the bottleneck
 * @param allocated on the heap per request, in KiB
 * @param wrong the number of unexpected or missing responses
 */
record Measurement(
        double cpu,
        double gateway,
        double rate,
        double p50,
        double p99,
        double memory,
        double busy,
        double allocated,
        double wrong) {}
