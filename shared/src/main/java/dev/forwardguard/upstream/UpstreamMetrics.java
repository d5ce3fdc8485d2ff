package dev.forwardguard.upstream;

/** Counts the requests to an upstream and its probes. */
public interface UpstreamMetrics {
    /** Records how long a request took, in nanoseconds. */
    void recordLatency(long nanos);

    /** Records the result of a probe. */
    void recordProbe(ProbeResult result);

    /** Records a verdict with a suspect status. */
    void recordSuspect();
}
