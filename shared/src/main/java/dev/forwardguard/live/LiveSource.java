package dev.forwardguard.live;

import java.util.Map;

/** What feeds a live value until it is closed. */
public interface LiveSource extends AutoCloseable {
    /** For people: what it follows, and how that goes; never content. */
    Map<String, Object> state();

    @Override
    void close();
}
