package dev.forwardguard.upstream;

/** Where an upstream's questions and probes are counted. */
public interface UpstreamMetrics {
    /** A question came to an outcome. */
    void recordLatency(long nanos);

    /** A probe came to an outcome. */
    void recordProbe(ProbeResult result);

    /** An answer was a verdict of a suspect status. */
    void recordSuspect();
}
