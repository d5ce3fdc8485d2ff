package dev.forwardguard.status;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many requests took how long, as far as the buckets of a timer tell. Within a bucket they are
 * taken to be spread evenly, as Prometheus' {@code histogram_quantile} does.
 */
final class Latencies {
    /** Of no requests. */
    static final Latencies NONE = new Latencies(new double[0], new long[0], 0);

    private final double[] bounds;
    private final long[] counts;
    private final long requests;

    /**
     * @param bounds of the buckets in milliseconds, ascending
     * @param counts how many took as long as the bound of a bucket, or less
     */
    private Latencies(double[] bounds, long[] counts, long requests) {
        this.bounds = bounds;
        this.counts = counts;
        this.requests = requests;
    }

    static Latencies of(Timer timer) {
        HistogramSnapshot snapshot = timer.takeSnapshot();
        CountAtBucket[] buckets = snapshot.histogramCounts();
        return new Latencies(
                Arrays.stream(buckets)
                        .mapToDouble(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                        .toArray(),
                Arrays.stream(buckets).mapToLong(bucket -> Math.round(bucket.count())).toArray(),
                snapshot.count());
    }

    /** What came after an earlier reading of the same timer. */
    Latencies since(Latencies earlier) {
        return combined(earlier, -1);
    }

    Latencies and(Latencies others) {
        return combined(others, 1);
    }

    private Latencies combined(Latencies other, int sign) {
        if (other.bounds.length == 0) {
            return this;
        }
        if (bounds.length == 0) {
            return sign > 0 ? other : this;
        }
        long[] sums = new long[counts.length];
        Arrays.setAll(sums, i -> counts[i] + sign * other.counts[i]);
        return new Latencies(bounds, sums, requests + sign * other.requests);
    }

    long requests() {
        return requests;
    }

    /**
     * Returns the milliseconds that a share of the requests took at most; the largest bound, if
     * they took longer than that. To be called only if there were requests.
     *
     * @param share from 0 to 1
     */
    double quantile(double share) {
        double rank = share * requests;
        double lower = 0;
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] >= rank && counts[i] > below) {
                return lower + (bounds[i] - lower) * (rank - below) / (counts[i] - below);
            }
            lower = bounds[i];
            below = counts[i];
        }
        return lower;
    }
}
