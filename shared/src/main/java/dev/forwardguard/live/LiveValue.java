package dev.forwardguard.live;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The last good value of something that changes while the guard runs. A source offers content from
 * one thread at a time; any thread may read.
 *
 * @param <T> an immutable value
 */
public final class LiveValue<T> implements ContentSink {
    private static final Logger LOG = LoggerFactory.getLogger(LiveValue.class);

    /**
     * A value and where it comes from.
     *
     * @param value the parsed value
     * @param revision the source's opaque identifier of the content
     * @param since when this revision came into force
     */
    public record Snapshot<T>(T value, String revision, Instant since) {}

    private final String name;
    private final Function<byte[], T> parser;
    private final Clock clock;
    private final List<Consumer<T>> subscribers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Snapshot<T> current;
    private volatile @Nullable Instant confirmed;
    private volatile boolean read;
    private volatile @Nullable String rejection;
    private volatile long rejections;
    private @Nullable String rejectedRevision;

    /**
     * @param name what the value is called in the log
     * @param parser turns content into a value, or throws {@link InvalidContentException}
     */
    public LiveValue(String name, Function<byte[], T> parser, Clock clock) {
        this.name = name;
        this.parser = parser;
        this.clock = clock;
    }

    /** Puts a value in force that comes from no source, such as the defaults. */
    public void startWith(T value, String revision) {
        current = new Snapshot<>(value, revision, clock.instant());
    }

    /**
     * Parses content without putting it in force.
     *
     * @throws InvalidContentException if the content is invalid; the message says why. A parser
     *     that fails in any other way rejects the content, too, with the name of the exception.
     */
    public T check(byte[] content) {
        return parse(parser, content);
    }

    /**
     * Parses content.
     *
     * @throws InvalidContentException as {@link #check} does
     */
    public static <T> T parse(Function<byte[], T> parser, byte[] content) {
        try {
            return parser.apply(content);
        } catch (InvalidContentException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            // a fault of the parser; neither its message nor its stack trace is for the operator,
            // and the message may quote the content
            LOG.debug("{} at {}", e.getClass().getName(), Arrays.toString(e.getStackTrace()));
            throw new InvalidContentException("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /** The last good value; empty if there was none yet, or it was withdrawn. */
    public Optional<T> get() {
        Snapshot<T> snapshot = current;
        return snapshot == null ? Optional.empty() : Optional.of(snapshot.value());
    }

    /** The last good value together with its revision. */
    public Optional<Snapshot<T>> snapshot() {
        return Optional.ofNullable(current);
    }

    /** When the source last reported the content, changed or not; empty before the first time. */
    public Optional<Instant> confirmed() {
        return Optional.ofNullable(confirmed);
    }

    /**
     * Whether the source has ever said what the content is: by valid content, or by its absence.
     * Never false again.
     */
    public boolean wasRead() {
        return read;
    }

    /** Why the newest content was rejected; empty if the newest content is in force. */
    public Optional<String> rejection() {
        return Optional.ofNullable(rejection);
    }

    /** The number of rejected revisions. */
    public long rejections() {
        return rejections;
    }

    /** Calls the subscriber with each new value, on the source's thread. */
    public void subscribe(Consumer<T> subscriber) {
        subscribers.add(subscriber);
    }

    /**
     * Takes content from the source: puts it in force if it is valid, rejects it otherwise. The
     * same revision again only confirms the value.
     */
    @Override
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
            accept(revision, check(content));
        } catch (InvalidContentException e) {
            reject(revision, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void confirm() {
        confirmed = clock.instant();
    }

    @Override
    public void unreadable(String cause) {
        // the last good value stays in force, and how old it is shows
    }

    @Override
    public void absent() {
        read = true;
    }

    /**
     * Removes the value, because the source reports that its content no longer exists. Content that
     * does not exist is not rejected either.
     */
    @Override
    public synchronized void withdraw() {
        if (current != null) {
            LOG.atWarn().addKeyValue("value", name).log("Withdrawn: the source is gone");
        }
        current = null;
        rejection = null;
        rejectedRevision = null;
    }

    @Override
    public synchronized void reject(String revision, String cause) {
        if (revision.equals(rejectedRevision)) {
            return;
        }
        rejectedRevision = revision;
        rejection = cause;
        rejections = rejections + 1;
        String instead = current == null ? "there is none" : "the last good one stays";
        LOG.atWarn()
                .addKeyValue("value", name)
                .addKeyValue("revision", revision)
                .log("Rejected, {} in force: {}", instead, cause);
    }

    private void accept(String revision, T value) {
        var snapshot = new Snapshot<>(value, revision, clock.instant());
        current = snapshot;
        read = true; // after the value, so that whoever sees this sees the value as well
        rejection = null;
        rejectedRevision = null;
        confirm();
        LOG.atInfo()
                .addKeyValue("value", name)
                .addKeyValue("revision", revision)
                .log("In force: {}", value);
        subscribers.forEach(subscriber -> notify(subscriber, value));
    }

    /** The value is in force already: a fault of one subscriber must not keep it from others. */
    private void notify(Consumer<T> subscriber, T value) {
        try {
            subscriber.accept(value);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("value", name)
                    .log("A subscriber failed: {}", e.getClass().getName());
        }
    }
}
