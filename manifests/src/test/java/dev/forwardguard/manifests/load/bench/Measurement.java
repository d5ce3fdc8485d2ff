package dev.forwardguard.manifests.load.bench;

/**
 * The values of one round of one contender; {@code NaN} if not measured.
 *
 * @param cpu CPU time of the contender's process per request, in microseconds
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
        double rate,
        double p50,
        double p99,
        double memory,
        double busy,
        double allocated,
        double wrong) {}
