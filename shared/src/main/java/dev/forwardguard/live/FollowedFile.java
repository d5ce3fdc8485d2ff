package dev.forwardguard.live;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A file as the source of a live value. It is polled several times a second instead of watched: a
 * mounted ConfigMap changes by swapping a symbolic link two levels up, which file watchers miss. A
 * poll costs two system calls.
 *
 * <p>Absent and unreadable differ. While the file cannot be read, the last good value stays in
 * force without a time limit. When the file is absent for longer than the grace period, its value
 * is withdrawn.
 */
public final class FollowedFile implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);
    private static final Duration INTERVAL = Duration.ofMillis(250);

    /** The maximum size of an object in the Kubernetes API; real files are far smaller. */
    public static final int MAX_BYTES = 1 << 20;

    private final Path path;
    private final LiveValue<?> value;
    private final Supplier<Duration> grace;
    private final Ticker ticker;
    private final ScheduledExecutorService scheduler;
    private @Nullable Future<?> following;
    private volatile @Nullable Object seen;
    private volatile @Nullable String trouble;
    private @Nullable Long absentSince;

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
        } catch (RuntimeException e) {
            warn("cannot be followed: " + e.getClass().getSimpleName());
        }
    }

    void poll() {
        try {
            Object stamp = stamp();
            absentSince = null;
            if (stamp.equals(seen)) {
                value.confirm();
                trouble = null;
                return;
            }
            read();
            seen = stamp;
            trouble = null;
        } catch (NoSuchFileException | NotDirectoryException e) {
            absent();
        } catch (IOException e) {
            warn("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /**
     * Changes whenever the content does. A list and not a record, whose first {@code equals} takes
     * 12 ms.
     */
    private Object stamp() throws IOException {
        Path real = path.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return List.of(
                real,
                String.valueOf(attributes.fileKey()),
                attributes.size(),
                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    private void read() throws IOException {
        byte[] content = beginning(path);
        String revision = revision(content);
        if (content.length > MAX_BYTES) {
            value.reject(revision, path + " is larger than " + MAX_BYTES + " bytes");
        } else {
            value.offer(revision, content);
        }
    }

    /**
     * The content of a file, to check it before it is followed.
     *
     * @throws InvalidContentException if it is larger than {@link #MAX_BYTES}
     */
    public static byte[] content(Path file) throws IOException {
        byte[] content = beginning(file);
        if (content.length > MAX_BYTES) {
            throw new InvalidContentException("larger than " + MAX_BYTES + " bytes");
        }
        return content;
    }

    private static byte[] beginning(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    private void absent() {
        if (seen != null) {
            warn("is gone");
        }
        seen = null;
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

    private static String revision(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
