package dev.forwardguard.settings;

import dev.forwardguard.live.LiveValue;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The settings in force: those of {@code guard.yml} with the keys of the override over them. They
 * are the defaults until {@code guard.yml} was read.
 *
 * @param <T> all settings of a guard
 */
public final class LiveSettings<T> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

    /**
     * What an override may change in both guards. None of it lets a visitor in, but through the
     * fallback; with it everybody can be kept out.
     */
    private static final List<String> OVERRIDABLE =
            List.of(
                    "mode",
                    "upstream.connect-timeout",
                    "upstream.read-timeout",
                    "upstream.deadline",
                    "breaker.*");

    private final LiveValue<Document<T>> value;
    private final Function<YamlSection, T> reader;
    private final Function<T, GuardSettings> common;
    private final List<String> overridable;
    private final Clock clock;
    private final List<Runnable> ofOverride = new CopyOnWriteArrayList<>();
    private volatile @Nullable SettingsOverride<T> override;

    /** The settings of one {@code guard.yml}, with or without an override. */
    public static final class Document<T> {
        private final byte[] content;
        private final T settings;
        private final Map<String, String> inForce;
        private final Map<String, String> overridden = new LinkedHashMap<>();

        private Document(byte[] content, T settings, YamlSection read) {
            this.content = content;
            this.settings = settings;
            this.inForce = read.inForce();
            inForce.forEach(
                    (key, written) -> {
                        if (read.overridden().contains(key)) {
                            overridden.put(key, written);
                        }
                    });
        }

        public T settings() {
            return settings;
        }

        /** The value of every key, given or not, as it is written in the file. */
        public Map<String, String> inForce() {
            return inForce;
        }

        /** Those of them that come from the override. */
        public Map<String, String> overridden() {
            return overridden;
        }

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
     * @param overridable the full keys of this guard alone that an override may change
     */
    public LiveSettings(
            Function<YamlSection, T> reader,
            Function<T, GuardSettings> common,
            List<String> overridable,
            Clock clock) {
        this.reader = reader;
        this.common = common;
        this.overridable = Stream.concat(OVERRIDABLE.stream(), overridable.stream()).toList();
        this.clock = clock;
        this.value =
                new LiveValue<>("settings", file -> read(file, YamlSection.parse(file)), clock);
        value.startWith(read(new byte[0], YamlSection.empty()), "defaults");
        value.subscribe(_ -> renewOverride());
    }

    private Document<T> read(byte[] content, YamlSection root) {
        T settings = reader.apply(root);
        root.rejectOtherKeys();
        return new Document<>(content, settings, root);
    }

    /**
     * Puts the keys of an override over a {@code guard.yml}, and reads the two as one.
     *
     * @throws InvalidSettingsException with the line and the key of the first mistake
     */
    public Document<T> overridden(Document<T> file, byte[] content) {
        YamlSection keys = YamlSection.parse(content);
        keys.rejectKeysExcept(overridable);
        return read(file.content, keys.over(file.content));
    }

    /** Lets this file be the override, as soon as its content is offered; to be called once. */
    public SettingsOverride<T> overriddenBy(Path file) {
        var created =
                new SettingsOverride<>(
                        file,
                        content -> overridden(value.get().orElseThrow(), content),
                        () -> ofOverride.forEach(LiveSettings::notify),
                        clock);
        override = created;
        return created;
    }

    /** It is in force already: a fault of one subscriber must not keep it from others. */
    private static void notify(Runnable subscriber) {
        try {
            subscriber.run();
        } catch (RuntimeException e) {
            LOG.error("A subscriber failed: {}", e.getClass().getName());
        }
    }

    private void renewOverride() {
        SettingsOverride<T> present = override;
        if (present != null) {
            present.renew();
        }
    }

    /** The JSON schema of {@code guard.yml}, noted by the code that reads one. */
    public String schema() {
        var schema = new SettingsSchema();
        var _ = reader.apply(YamlSection.notedIn(schema)); // it notes its keys on the way
        return schema.toString();
    }

    /** All settings. Who handles a request reads them once. */
    public T now() {
        return document().settings();
    }

    /** The value of every key in force, as it would be written in {@code guard.yml}. */
    public Map<String, String> inForce() {
        return document().inForce();
    }

    private Document<T> document() {
        SettingsOverride<T> present = override;
        Document<T> overridden = present == null ? null : present.document();
        return overridden == null ? value.get().orElseThrow() : overridden;
    }

    /** The settings that both guards have. */
    public GuardSettings common() {
        return common.apply(now());
    }

    /** What {@code guard.yml} updates; without the override. */
    public LiveValue<Document<T>> value() {
        return value;
    }

    /** Calls the subscriber after each change of {@link #now}, on the thread of a source. */
    public void subscribe(Runnable subscriber) {
        value.subscribe(_ -> subscriber.run()); // by then the override is renewed
        ofOverride.add(subscriber);
    }
}
