package dev.forwardguard.upstream.breaker;

/** Leave to ask one question. It has to end in exactly one of three ways. */
public interface Permit {
    /** Leave that nobody counts, for questions that are asked whatever the circuit's state. */
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

    /** The upstream did not answer, or only too late. */
    void failed();

    /** Nobody waits for the answer any more, or it says nothing about the upstream's health. */
    void cancelled();
}
