package dev.forwardguard.live;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Waits until the system tells that a file may have changed (inotify on Linux). It watches every
 * directory that the file's symbolic links lead through: a mounted ConfigMap changes by swapping
 * such a link two levels up. Some changes are never told, those on network file systems above all,
 * and a system has a limited number of watches. So this only makes a poll come sooner.
 */
final class PathWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PathWatch.class);

    /** As many symbolic links as Linux follows (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** A change is over when nothing was told for this long: some write a file in several steps. */
    private static final long QUIET_MILLIS = 20;

    /** A directory with changes all the time does not delay a poll for longer than this. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Real time, as the system's waiting is. */
    private final Ticker ticker = Ticker.system();

    private final Path path;
    private final @Nullable WatchService service;
    private Set<WatchKey> keys = new HashSet<>();

    PathWatch(Path path) {
        this.path = path.toAbsolutePath();
        this.service = open();
    }

    private @Nullable WatchService open() {
        try {
            return path.getFileSystem().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.atInfo()
                    .addKeyValue("file", path)
                    .log("Changes are found by polling: {}", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Watches where the path leads now, and no longer where it led before. */
    void renew() {
        WatchService current = service;
        if (current == null) {
            return;
        }
        Set<WatchKey> renewed = new HashSet<>();
        for (Path directory : directories()) {
            try {
                renewed.add(
                        directory.register(
                                current,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE));
            } catch (IOException | ClosedWatchServiceException e) {
                LOG.debug("{} cannot be watched", directory, e);
            }
        }
        keys.removeAll(renewed);
        keys.forEach(WatchKey::cancel);
        keys = renewed;
    }

    private Set<Path> directories() {
        Set<Path> directories = new LinkedHashSet<>();
        Path next = path;
        try {
            for (int links = 0; links < MOST_LINKS; links++) {
                directories.add(next.getParent());
                if (!Files.isSymbolicLink(next)) {
                    break;
                }
                next = next.resolveSibling(Files.readSymbolicLink(next));
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be followed", next, e);
        }
        return directories;
    }

    /**
     * Waits until a change is over, or for this long if there is none. Returns whether there was
     * one.
     */
    boolean await(Duration atMost) throws InterruptedException {
        WatchService current = service;
        if (current == null) {
            Thread.sleep(atMost);
            return false;
        }
        WatchKey told = current.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
        boolean changed = told != null;
        long began = ticker.nanos();
        while (told != null) {
            told.pollEvents();
            told.reset();
            boolean more = ticker.nanos() - began < MOST_NANOS;
            told = more ? current.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS) : null;
        }
        return changed;
    }

    @Override
    public void close() {
        WatchService current = service;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                LOG.debug("The watch of {} cannot be closed", path, e);
            }
        }
    }
}
