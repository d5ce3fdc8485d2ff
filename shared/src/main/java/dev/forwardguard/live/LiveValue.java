package dev.forwardguard.live;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The last good value of something that changes while the guard runs. Sources offer content from
 * one thread at a time; any thread may read.
 *
 * @param <T> an immutable value
 */
public final class LiveValue<T> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveValue.class);

    /**
     * A value and where it comes from.
     *
     * @param value the parsed value
     * @param revision the source's name for the content, opaque
     * @param since when this revision came into force
     */
    public record Snapshot<T>(T value, String revision, Instant since) {}

    private final String name;
    private final Function<byte[], T> parser;
    private final Clock clock;
    private final List<Consumer<T>> subscribers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Snapshot<T> current;
    private volatile @Nullable Instant confirmed;
    private volatile @Nullable String rejection;
    private volatile long rejections;
    private @Nullable String rejectedRevision;

    /**
     * @param name what the value is, for the log
     * @param parser makes the value of the content, or throws {@link InvalidContentException}
     */
    public LiveValue(String name, Function<byte[], T> parser, Clock clock) {
        this.name = name;
        this.parser = parser;
        this.clock = clock;
    }

    /** Puts a value in force that needs no source. */
    public void startWith(T value, String revision) {
        current = new Snapshot<>(value, revision, clock.instant());
    }

    /**
     * What content would become, without taking it.
     *
     * @throws InvalidContentException saying why not
     */
    public T check(byte[] content) {
        return parser.apply(content);
    }

    /** The last good value, if there ever was one. */
    public Optional<T> get() {
        Snapshot<T> snapshot = current;
        return snapshot == null ? Optional.empty() : Optional.of(snapshot.value());
    }

    /** The last good value together with its revision. */
    public Optional<Snapshot<T>> snapshot() {
        return Optional.ofNullable(current);
    }

    /** When the source last said what the content is, changed or not; empty before it first did. */
    public Optional<Instant> confirmed() {
        return Optional.ofNullable(confirmed);
    }

    /** Why the newest content was refused; empty when the newest content is in force. */
    public Optional<String> rejection() {
        return Optional.ofNullable(rejection);
    }

    /** How many revisions were refused. */
    public long rejections() {
        return rejections;
    }

    /** Calls the subscriber with each new value from now on, on the source's thread. */
    public void subscribe(Consumer<T> subscriber) {
        subscribers.add(subscriber);
    }

    /** The source has content. The same revision again only confirms it. */
    public synchronized void offer(String revision, byte[] content) {
        Snapshot<T> before = current;
        if (before != null && before.revision().equals(revision)) {
            confirm();
            rejection = null;
            rejectedRevision = null;
            return;
        }
        if (revision.equals(rejectedRevision)) {
            return;
        }
        try {
            accept(revision, parser.apply(content));
        } catch (InvalidContentException e) {
            reject(revision, String.valueOf(e.getMessage()));
        }
    }

    /** The source is reachable and the content is unchanged. */
    public void confirm() {
        confirmed = clock.instant();
    }

    /** The source says that the content is gone for good: there is no value any more. */
    public synchronized void withdraw() {
        if (current != null) {
            LOG.atWarn().addKeyValue("value", name).log("Withdrawn: the source is gone");
        }
        current = null;
        rejectedRevision = null;
    }

    /** The source has content that cannot even be offered, for instance because it is too large. */
    public synchronized void reject(String revision, String cause) {
        if (revision.equals(rejectedRevision)) {
            return;
        }
        rejectedRevision = revision;
        rejection = cause;
        rejections = rejections + 1;
        LOG.atWarn()
                .addKeyValue("value", name)
                .addKeyValue("revision", revision)
                .log("Refused, the last good one stays: {}", cause);
    }

    private void accept(String revision, T value) {
        var snapshot = new Snapshot<>(value, revision, clock.instant());
        current = snapshot;
        rejection = null;
        rejectedRevision = null;
        confirm();
        LOG.atInfo()
                .addKeyValue("value", name)
                .addKeyValue("revision", revision)
                .log("In force: {}", value);
        subscribers.forEach(subscriber -> subscriber.accept(value));
    }
}
