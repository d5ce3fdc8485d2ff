package dev.forwardguard.settings;

import dev.forwardguard.live.LiveValue;

import java.time.Clock;
import java.util.Map;
import java.util.function.Function;

/**
 * The settings in force. They are the defaults until {@code guard.yml} was read.
 *
 * @param <T> all settings of a guard
 */
public final class LiveSettings<T> {
    private final LiveValue<Document<T>> value;
    private final Function<YamlSection, T> reader;
    private final Function<T, GuardSettings> common;

    /**
     * The settings of one {@code guard.yml}.
     *
     * @param inForce the value of every key, given or not, as it is written in the file
     */
    public record Document<T>(T settings, Map<String, String> inForce) {
        /** What the log says when they come into force. */
        @Override
        public String toString() {
            return inForce.toString();
        }
    }

    /**
     * @param reader takes all keys of a guard out of a document, or throws {@link
     *     InvalidSettingsException}; out of an empty one it takes the defaults
     * @param common the settings that both guards have
     */
    public LiveSettings(
            Function<YamlSection, T> reader, Function<T, GuardSettings> common, Clock clock) {
        this.reader = reader;
        this.common = common;
        this.value = new LiveValue<>("settings", file -> read(YamlSection.parse(file)), clock);
        value.startWith(read(YamlSection.empty()), "defaults");
    }

    private Document<T> read(YamlSection root) {
        T settings = reader.apply(root);
        root.rejectOtherKeys();
        return new Document<>(settings, root.inForce());
    }

    /** All settings. Who handles a request reads them once. */
    public T now() {
        return value.get().orElseThrow().settings();
    }

    /** The settings that both guards have. */
    public GuardSettings common() {
        return common.apply(now());
    }

    /** What {@code guard.yml} updates. */
    public LiveValue<Document<T>> value() {
        return value;
    }
}
