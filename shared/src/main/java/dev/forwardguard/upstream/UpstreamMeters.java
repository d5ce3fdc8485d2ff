package dev.forwardguard.upstream;

/** Where an upstream's questions and probes are counted. */
public interface UpstreamMeters {
    /** A question came to an outcome. */
    void took(long nanos);

    /** A probe came to an outcome. */
    void probed(ProbeResult result);

    /** An answer was a verdict of a suspect status. */
    void suspected();
}
