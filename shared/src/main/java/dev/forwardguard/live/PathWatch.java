package dev.forwardguard.live;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Waits until the system tells that a file may have changed (inotify on Linux). It watches for
 * every name on the way to the file, that of each directory and of each symbolic link: a mounted
 * ConfigMap changes by swapping such a link two levels up. Some changes are never told, those on
 * network file systems above all, and a system has a limited number of watches. So this only makes
 * a poll come sooner, and says how much it can be relied on.
 */
final class PathWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PathWatch.class);

    /** As many symbolic links as Linux follows (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** A change is over when nothing was told for this long: some write a file in several steps. */
    private static final long QUIET_MILLIS = 20;

    /** A directory with changes all the time does not delay a poll for longer than this. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /**
     * File systems of the kernel's own, which tells of every change on them. On others it tells
     * only of what this system itself changes, if anything.
     */
    private static final Set<String> LOCAL =
            Set.of("btrfs", "ext2", "ext3", "ext4", "overlay", "tmpfs", "xfs", "zfs");

    /** Real time, as the system's waiting is. */
    private final Ticker ticker = Ticker.system();

    private final Path path;
    private final @Nullable WatchService service;

    /** The names in each watched directory whose changes matter. */
    private Map<WatchKey, Set<Path>> watched = new HashMap<>();

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

    /**
     * Watches where the path leads now, and no longer where it led before. Returns whether the
     * system will tell of every change.
     */
    boolean renew() {
        WatchService current = service;
        if (current == null) {
            return false;
        }
        Map<WatchKey, Set<Path>> renewed = new HashMap<>();
        boolean complete;
        try {
            List<Path> steps = steps();
            for (Path step : steps) {
                watch(step, current, renewed);
            }
            complete = isLocal(steps.getLast());
        } catch (IOException | ClosedWatchServiceException e) {
            LOG.debug("{} cannot be watched", path, e);
            complete = false;
        }
        watched.keySet().stream()
                .filter(key -> !renewed.containsKey(key))
                .forEach(WatchKey::cancel);
        watched = renewed;
        return complete;
    }

    /**
     * Watches for changes of each name in a path, from the root on: a directory that is not there
     * yet is told of by the one above it, also if it is made in this moment.
     */
    private static void watch(Path step, WatchService service, Map<WatchKey, Set<Path>> watched)
            throws IOException {
        Path directory = requireNonNull(step.getRoot()); // it is absolute
        for (Path name : step) {
            WatchKey key;
            try {
                key =
                        directory.register(
                                service,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE);
            } catch (NoSuchFileException | NotDirectoryException e) {
                return;
            }
            watched.computeIfAbsent(key, _ -> new HashSet<>()).add(name);
            directory = directory.resolve(name);
        }
    }

    /** The path itself, and the paths that its symbolic links lead to one after the other. */
    private List<Path> steps() throws IOException {
        List<Path> steps = new ArrayList<>(List.of(path));
        while (steps.size() < MOST_LINKS && Files.isSymbolicLink(steps.getLast())) {
            Path link = steps.getLast();
            steps.add(link.resolveSibling(Files.readSymbolicLink(link)));
        }
        return steps;
    }

    /**
     * Whether a file is on a local file system, and not mounted by itself into its directory; or
     * would be, if it is absent.
     */
    private static boolean isLocal(Path file) throws IOException {
        Path directory = file.getParent();
        while (directory != null && Files.notExists(directory)) {
            directory = directory.getParent();
        }
        FileStore around = Files.getFileStore(directory == null ? file : directory);
        return LOCAL.contains(around.type())
                && (Files.notExists(file) || around.equals(Files.getFileStore(file)));
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
        long end = ticker.nanos() + atMost.toNanos();
        boolean changed = false;
        while (!changed && end - ticker.nanos() > 0) {
            changed = matters(current.poll(end - ticker.nanos(), TimeUnit.NANOSECONDS));
        }
        long began = ticker.nanos();
        boolean more = changed;
        while (more && ticker.nanos() - began < MOST_NANOS) {
            WatchKey next = current.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
            more = next != null;
            matters(next);
        }
        return changed;
    }

    /** Takes the changes in a directory. Returns whether one is of a name on the path. */
    private boolean matters(@Nullable WatchKey told) {
        if (told == null) {
            return false;
        }
        Set<Path> names = watched.getOrDefault(told, Set.of());
        boolean matters =
                told.pollEvents().stream()
                        .anyMatch(
                                event ->
                                        StandardWatchEventKinds.OVERFLOW.equals(event.kind())
                                                || names.contains(event.context()));
        boolean lost = !told.reset(); // the directory is gone
        return matters || lost;
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
