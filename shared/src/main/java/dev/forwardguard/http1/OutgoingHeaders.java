package dev.forwardguard.http1;

import java.util.function.BiConsumer;

/**
 * The headers of an upstream request, handed over one by one while it is written, so that they are
 * not copied.
 */
@FunctionalInterface
public interface OutgoingHeaders {
    /**
     * Hands over each header in order, repeated ones included. May be called again for a second
     * attempt.
     *
     * @param header takes name and value
     */
    void forEach(BiConsumer<? super CharSequence, ? super CharSequence> header);
}
