package dev.forwardguard.status;

import dev.forwardguard.live.LiveValue;

import java.util.LinkedHashMap;
import java.util.Map;

/** A part of {@code /status} that another part of the guard contributes. */
public interface StatusPart {
    String name();

    /** A map, a list, or a JSON value. */
    Object state();

    /** The state of a live value, as JSON fields. */
    static Map<String, Object> of(LiveValue<?> value) {
        Map<String, Object> state = new LinkedHashMap<>();
        value.snapshot()
                .ifPresent(
                        now -> {
                            state.put("revision", now.revision());
                            state.put("since", now.since().toString());
                        });
        value.confirmed().ifPresent(at -> state.put("confirmed", at.toString()));
        value.rejection().ifPresent(cause -> state.put("refused", cause));
        return state;
    }
}
