package dev.forwardguard.live;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A file as the source of a live value. It is polled several times a second instead of watched: a
 * mounted ConfigMap changes by swapping a symbolic link two levels up, which file watchers miss. A
 * poll costs two system calls. Every ten seconds the content is compared, too.
 *
 * <p>Absent and unreadable differ. While the file cannot be read, or something else than a regular
 * file is in its place, the last good value stays in force without a time limit. When the file is
 * absent for longer than the grace period, its value is withdrawn.
 */
public final class FollowedFile implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);
    private static final Duration INTERVAL = Duration.ofMillis(250);

    /**
     * How often to read a file that seems unchanged. Some changes show in no attribute: two within
     * one tick of the file system's clock, or those of a mapped page. These are rare, and the
     * kubelet takes a minute for a change anyway, so a digest every ten seconds is enough.
     */
    private static final Duration REREAD = Duration.ofSeconds(10);

    private final Path path;
    private final LiveValue<?> value;
    private final Supplier<Duration> grace;
    private final Ticker ticker;
    private final ScheduledExecutorService scheduler;
    private @Nullable Future<?> following;
    private volatile @Nullable Object seen;
    private volatile @Nullable String trouble;
    private @Nullable Long absentSince;
    private long lastRead;

    /**
     * @param grace how long the file may be absent before its value is withdrawn
     */
    public FollowedFile(Path path, LiveValue<?> value, Supplier<Duration> grace, Ticker ticker) {
        this.path = path;
        this.value = value;
        this.grace = grace;
        this.ticker = ticker;
        this.scheduler =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform()
                                .daemon()
                                .name("follow-" + path.getFileName())
                                .factory());
    }

    /** Polls once on the calling thread, then every 250 ms until closed. */
    public FollowedFile follow() {
        poll();
        following =
                scheduler.scheduleWithFixedDelay(
                        this::pollSafely,
                        INTERVAL.toMillis(),
                        INTERVAL.toMillis(),
                        TimeUnit.MILLISECONDS);
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
        if (following != null) {
            following.cancel(true);
        }
        scheduler.shutdownNow();
    }

    /** Polls and catches everything: an exception would end the schedule. */
    private void pollSafely() {
        try {
            poll();
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
            value.confirm();
            seen = stamp;
            trouble = null;
        } catch (NoSuchFileException | NotDirectoryException e) {
            absent();
        } catch (InvalidContentException e) {
            absentSince = null;
            warn("cannot be read: " + e.getMessage());
        } catch (IOException e) {
            warn("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    private void read() throws IOException {
        long now = ticker.nanos();
        byte[] content = RegularFile.beginning(path);
        String found = RegularFile.digest(content);
        if (content.length > RegularFile.MAX_BYTES) {
            value.reject(found, path + " is larger than " + RegularFile.MAX_BYTES + " bytes");
        } else {
            value.offer(found, content);
        }
        lastRead = now;
    }

    private void absent() {
        if (seen != null) {
            warn("is gone");
        }
        seen = null;
        value.absent();
        long now = ticker.nanos();
        if (absentSince == null) {
            absentSince = now;
        }
        if (now - absentSince >= grace.get().toNanos()) {
            value.withdraw();
        }
    }

    private void warn(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.atWarn().addKeyValue("file", path).log("File {}", what);
        }
    }
}
