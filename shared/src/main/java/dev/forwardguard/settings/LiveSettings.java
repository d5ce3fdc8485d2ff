package dev.forwardguard.settings;

import dev.forwardguard.live.LiveValue;

import java.time.Clock;
import java.util.function.Function;

/**
 * The settings in force. They are the defaults until {@code guard.yml} was read.
 *
 * @param <T> all settings of a guard
 */
public final class LiveSettings<T> {
    private final LiveValue<T> value;
    private final Function<T, GuardSettings> common;

    /**
     * @param parser reads {@code guard.yml}, or throws {@link InvalidSettingsException}
     * @param common the settings that both guards have
     */
    public LiveSettings(
            T defaults,
            Function<byte[], T> parser,
            Function<T, GuardSettings> common,
            Clock clock) {
        this.value = new LiveValue<>("settings", parser, clock);
        this.common = common;
        value.startWith(defaults, "defaults");
    }

    /** All settings. Who handles a request reads them once. */
    public T now() {
        return value.get().orElseThrow();
    }

    /** The settings that both guards have. */
    public GuardSettings common() {
        return common.apply(now());
    }

    /** What {@code guard.yml} updates. */
    public LiveValue<T> value() {
        return value;
    }
}
