package dev.forwardguard.live;

/** Hears from a source what its content is, from one thread at a time. */
public interface ContentSink {
    /**
     * Takes content.
     *
     * @param revision the source's opaque identifier of the content
     */
    void offer(String revision, byte[] content);

    /** Rejects content without parsing it, for instance because it is too large. */
    void reject(String revision, String cause);

    /** Records that the source has content that cannot be read, or none that ever could be. */
    void unreadable(String cause);

    /** Records that the source is reachable and the content unchanged. */
    void confirm();

    /** Records that the source has no content. What is in force stays until it is withdrawn. */
    void absent();

    /** Ends what is in force, because the content no longer exists. */
    void withdraw();
}
