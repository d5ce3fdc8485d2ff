package dev.forwardguard.upstream.breaker;

/** Permission to send one request. It has to end in exactly one of three ways. */
public interface Permit {
    /** A permit that is not counted, for requests that are sent whatever the circuit's state. */
    Permit UNCOUNTED =
            new Permit() {
                @Override
                public void succeeded() {}

                @Override
                public void failed() {}

                @Override
                public void cancelled() {}
            };

    /** The upstream answered. */
    void succeeded();

    /** The upstream did not answer, or too late. */
    void failed();

    /**
     * The caller no longer waits for the response, or it says nothing about the upstream's health.
     */
    void cancelled();
}
