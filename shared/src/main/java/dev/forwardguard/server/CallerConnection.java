package dev.forwardguard.server;

/** A connection of a gateway to the main port, for the handler of {@link OtherRequests}. */
public interface CallerConnection {
    /** Ends the connection with the response to this request, whatever has arrived after it. */
    void endWithThisRequest();

    /**
     * Counts the request in flight as one that is passed through, until it is answered. Returns
     * false if there is no memory for it.
     */
    boolean passThrough();

    /** Gives back the memory of the head of the request in flight, which was sent on. */
    void sentOn();

    /**
     * Takes memory for what else is held of the messages that are passed through. It is given back
     * by {@link #release}, or when the request was answered. Returns false if there is none.
     */
    boolean hold(long bytes);

    /** Gives back memory that {@link #hold} took for the request in flight. */
    void release(long bytes);
}
