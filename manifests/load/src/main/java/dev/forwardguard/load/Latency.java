package dev.forwardguard.load;

import dev.forwardguard.load.Load.Sample;

import java.time.Duration;
import java.util.List;

/**
 * Response times.
 *
 * @param sorted in ascending order
 */
record Latency(List<Duration> sorted) {
    static Latency of(List<Sample> samples) {
        return new Latency(samples.stream().map(Sample::took).sorted().toList());
    }

    /** How late the requests were sent, which is the sender's part of the response times. */
    static Latency ofSender(List<Sample> samples) {
        return new Latency(samples.stream().map(Sample::late).sorted().toList());
    }

    /**
     * The time within which this share of the requests was answered.
     *
     * @param quantile above 0, at most 1
     */
    Duration at(double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return sorted.isEmpty() ? Duration.ZERO : sorted.get(Math.max(index, 0));
    }

    double millis(double quantile) {
        return at(quantile).toNanos() / 1e6;
    }

    @Override
    public String toString() {
        return "p50 %.1f, p99 %.1f, max %.1f ms".formatted(millis(0.5), millis(0.99), millis(1));
    }
}
