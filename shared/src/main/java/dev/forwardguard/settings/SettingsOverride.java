package dev.forwardguard.settings;

import dev.forwardguard.live.ContentSink;
import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.live.LiveValue.Snapshot;
import dev.forwardguard.settings.LiveSettings.Document;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * The override: a second file whose keys go over those of {@code guard.yml} for as long as it
 * exists. Where a controller keeps {@code guard.yml} as it is in Git, a drill or the response to an
 * outage can be in this file. It is ignored as soon as it has a mistake, and not kept as it was, so
 * that what is in force follows from what the two files say now, in every replica.
 *
 * @param <T> all settings of a guard
 */
public final class SettingsOverride<T> implements ContentSink {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsOverride.class);

    private final Path file;
    private final Function<byte[], Document<T>> parser;
    private final Runnable subscriber;
    private final Clock clock;
    private @Nullable String newest;
    private byte @Nullable [] content;
    private volatile @Nullable Snapshot<Document<T>> current;
    private volatile @Nullable String rejection;

    /**
     * @param file what it is read from, for messages
     * @param parser puts the keys of a file over {@code guard.yml}, or throws {@link
     *     InvalidContentException}
     * @param subscriber is called after each change of what is in force
     */
    SettingsOverride(
            Path file, Function<byte[], Document<T>> parser, Runnable subscriber, Clock clock) {
        this.file = file;
        this.parser = parser;
        this.subscriber = subscriber;
        this.clock = clock;
    }

    /** The settings with the override; empty if there is none, or if it is ignored. */
    public Optional<Snapshot<Document<T>>> snapshot() {
        return Optional.ofNullable(current);
    }

    @Nullable Document<T> document() {
        Snapshot<Document<T>> now = current;
        return now == null ? null : now.value();
    }

    /** Why it is ignored, with the name of its file; empty if it is not. */
    public Optional<String> rejection() {
        return Optional.ofNullable(rejection);
    }

    @Override
    public synchronized void offer(String revision, byte[] found) {
        if (!revision.equals(newest)) {
            newest = revision;
            content = found;
            read(revision, found);
            subscriber.run();
        }
    }

    @Override
    public synchronized void reject(String revision, String cause) {
        if (!revision.equals(newest)) {
            newest = revision;
            content = null;
            ignore(cause);
            subscriber.run();
        }
    }

    @Override
    public synchronized void unreadable(String cause) {
        newest = null;
        content = null;
        if (ignore(cause)) {
            subscriber.run();
        }
    }

    @Override
    public void confirm() {
        // nobody asks when it was read last
    }

    @Override
    public void absent() {
        // it is withdrawn at once
    }

    @Override
    public synchronized void withdraw() {
        if (newest != null || rejection != null) {
            newest = null;
            content = null;
            current = null;
            rejection = null;
            LOG.atWarn().addKeyValue("file", file).log("guard.yml is no longer overridden");
            subscriber.run();
        }
    }

    /** Reads it again, because {@code guard.yml} is another. */
    synchronized void renew() {
        String revision = newest;
        byte[] same = content;
        if (revision != null && same != null) {
            read(revision, same);
        }
    }

    private void read(String revision, byte[] found) {
        try {
            Document<T> document = LiveValue.parse(parser, found);
            Snapshot<Document<T>> before = current;
            Instant since =
                    before != null && before.revision().equals(revision)
                            ? before.since()
                            : clock.instant();
            current = new Snapshot<>(document, revision, since);
            rejection = null;
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("revision", revision)
                    .log("guard.yml is overridden: {}", document.overridden());
        } catch (InvalidContentException e) {
            ignore(String.valueOf(e.getMessage()));
        }
    }

    /** Returns whether that is new. */
    private boolean ignore(String cause) {
        String named = file + ": " + cause;
        boolean isNew = !named.equals(rejection);
        current = null;
        rejection = named;
        if (isNew) {
            LOG.atWarn().log("The override is ignored: {}", named);
        }
        return isNew;
    }
}
