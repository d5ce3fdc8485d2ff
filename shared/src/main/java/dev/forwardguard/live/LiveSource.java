package dev.forwardguard.live;

import java.util.Map;

/** Updates a live value until it is closed. */
public interface LiveSource extends AutoCloseable {
    /** The state for {@code /status}: what it follows and whether that works; never content. */
    Map<String, Object> state();

    @Override
    void close();
}
