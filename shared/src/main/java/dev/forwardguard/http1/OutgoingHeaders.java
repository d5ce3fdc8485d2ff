package dev.forwardguard.http1;

import java.util.function.BiConsumer;

/** The headers of a question, told one by one while it is written, so that nobody copies them. */
@FunctionalInterface
public interface OutgoingHeaders {
    /**
     * Tells each header in its order, with its repeats; may be asked again for a second attempt.
     *
     * @param header takes name and value
     */
    void forEach(BiConsumer<? super CharSequence, ? super CharSequence> header);
}
