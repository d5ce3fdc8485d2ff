package dev.forwardguard.live;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A file as the source of a live value, or of another sink. It is polled as soon as the system
 * tells that it may have changed, and once a second where the system may not tell. Every ten
 * seconds the content is compared, too. A thread of its own does that: a mount that hangs keeps
 * nothing else waiting.
 *
 * <p>Absent and unreadable differ. While the file cannot be read, or something else than a regular
 * file is in its place, the last good value stays in force without a time limit. When the file is
 * absent for longer than the grace period, its value is withdrawn.
 */
public final class FollowedFile implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);

    /** How long a change may go unnoticed of which the system does not tell. */
    private static final Duration UNTOLD = Duration.ofSeconds(1);

    /**
     * The same where it does tell. A mount over the directory of a file is not told, and where
     * nothing else happens such a poll is what a guard wakes up for.
     */
    private static final Duration UNNOTICED = Duration.ofMinutes(1);

    /**
     * How often to read a file that seems unchanged. Some changes show in no attribute: two within
     * one tick of the file system's clock, or those of a mapped page. These are rare, and the
     * kubelet takes a minute for a change anyway, so a digest every ten seconds is enough.
     */
    private static final Duration REREAD = Duration.ofSeconds(10);

    private final Path path;
    private final ContentSink sink;
    private final Supplier<Duration> grace;
    private final Ticker ticker;
    private final Duration untold;
    private final Duration unnoticed;
    private final PathWatch watch;
    private final Thread thread;
    private volatile @Nullable Object seen;
    private volatile @Nullable String trouble;
    private @Nullable Long absentSince;
    private long lastRead;
    private boolean told;

    /**
     * @param grace how long the file may be absent before its value is withdrawn
     */
    public FollowedFile(Path path, ContentSink sink, Supplier<Duration> grace, Ticker ticker) {
        this(path, sink, grace, ticker, UNTOLD, UNNOTICED);
    }

    /**
     * @param untold how long to wait until the next poll where the system may not tell of a change
     * @param unnoticed the same where it does
     */
    FollowedFile(
            Path path,
            ContentSink sink,
            Supplier<Duration> grace,
            Ticker ticker,
            Duration untold,
            Duration unnoticed) {
        this.path = path;
        this.sink = sink;
        this.grace = grace;
        this.ticker = ticker;
        this.untold = untold;
        this.unnoticed = unnoticed;
        this.watch = new PathWatch(path);
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("follow-" + path.getFileName())
                        .unstarted(this::pollUntilClosed);
    }

    /** Polls once on the calling thread, then until closed on another. */
    public FollowedFile follow() {
        told = watch.renew();
        poll();
        thread.start();
        return this;
    }

    @Override
    public Map<String, Object> state() {
        String now = trouble;
        String contact = now != null ? now : seen == null ? "absent" : "followed";
        return Map.of("source", "file " + path, "contact", contact);
    }

    @Override
    public void close() {
        thread.interrupt();
        watch.close();
    }

    private void pollUntilClosed() {
        try {
            while (true) {
                // what stands in the way of reading it may go without a change that is told
                boolean reliable = told && trouble == null;
                pollSafely(watch.await(reliable ? unnoticed : untold));
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("{} is no longer followed", path);
        }
    }

    /**
     * Polls and catches everything: an exception would end the thread.
     *
     * @param changed whether the system told of a change
     */
    private void pollSafely(boolean changed) {
        try {
            Object before = seen;
            if (changed) {
                told = watch.renew();
            }
            poll();
            if (!changed && !Objects.equals(seen, before)) {
                told = watch.renew();
                poll(); // what changed in between was not told either
            }
        } catch (RuntimeException | Error e) {
            warn("cannot be followed: " + e.getClass().getSimpleName());
        }
    }

    void poll() {
        try {
            Object stamp = RegularFile.stamp(path);
            absentSince = null;
            if (!stamp.equals(seen) || ticker.nanos() - lastRead >= REREAD.toNanos()) {
                read();
            }
            sink.confirm();
            seen = stamp;
            trouble = null;
        } catch (NoSuchFileException | NotDirectoryException e) {
            absent();
        } catch (InvalidContentException e) {
            absentSince = null;
            unreadable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            unreadable(e.getClass().getSimpleName());
        }
    }

    private void unreadable(String cause) {
        warn("cannot be read: " + cause);
        sink.unreadable("cannot be read: " + cause);
        lastRead = ticker.nanos() - REREAD.toNanos(); // it is read again as soon as it can be
    }

    private void read() throws IOException {
        long now = ticker.nanos();
        byte[] content = RegularFile.beginning(path);
        String found = RegularFile.digest(content);
        if (content.length > RegularFile.MAX_BYTES) {
            sink.reject(found, path + " is larger than " + RegularFile.MAX_BYTES + " bytes");
        } else {
            sink.offer(found, content);
        }
        lastRead = now;
    }

    private void absent() {
        if (seen != null) {
            warn("is gone");
        }
        seen = null;
        sink.absent();
        long now = ticker.nanos();
        if (absentSince == null) {
            absentSince = now;
        }
        if (now - absentSince >= grace.get().toNanos()) {
            sink.withdraw();
            trouble = null; // it is absent, as if it had never been there
        }
    }

    private void warn(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.atWarn().addKeyValue("file", path).log("File {}", what);
        }
    }
}
