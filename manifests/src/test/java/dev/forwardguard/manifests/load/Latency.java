package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.load.Load.Sample;

import java.time.Duration;
import java.util.List;

/**
 * How long answers took.
 *
 * @param sorted the fastest first
 */
record Latency(List<Duration> sorted) {
    static Latency of(List<Sample> samples) {
        return new Latency(samples.stream().map(Sample::took).sorted().toList());
    }

    /** By how much the requests were late before the server had heard of them. */
    static Latency ofSender(List<Sample> samples) {
        return new Latency(samples.stream().map(Sample::late).sorted().toList());
    }

    /** The time in which this share of the requests, above 0 up to 1, was answered. */
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
