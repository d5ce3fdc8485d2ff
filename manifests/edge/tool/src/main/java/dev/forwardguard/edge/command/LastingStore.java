package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Apply;
import dev.forwardguard.edge.apply.Apply.Outcome.Written;
import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.apply.StoredTree;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The tree in etcd, for a program that runs longer than certificates and passwords last. A client
 * reads its files once, so there is a new one when they have changed, or when the last reading has
 * failed. Not for several threads at once.
 */
final class LastingStore implements AutoCloseable {
    private final EtcdOptions options;
    private final Duration limit;
    private final Terminal terminal;
    private final @Nullable Duration raise;
    private final LongSupplier nanos;
    private long raised;
    private List<Version> versions;
    private Etcd etcd;
    private boolean hasFailed;
    private String trouble = "";

    /**
     * @param limit for each request
     * @param raise how often the canary is raised; null for never
     * @param nanos a clock
     * @throws IllegalArgumentException if an option or a file is wrong
     */
    LastingStore(
            EtcdOptions options,
            Duration limit,
            @Nullable Duration raise,
            LongSupplier nanos,
            Terminal terminal) {
        this.options = options;
        this.limit = limit;
        this.raise = raise;
        this.nanos = nanos;
        this.terminal = terminal;
        raised = nanos.getAsLong();
        versions = versions();
        etcd = open();
    }

    /** What tells a file from its successor. Where Secrets are mounted, that is another file. */
    private record Version(FileTime changed, long size, @Nullable Object identity) {
        static final Version NONE = new Version(FileTime.fromMillis(0), -1, null);

        static Version of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Version(
                        attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException _) {
                return NONE;
            }
        }
    }

    private List<Version> versions() {
        return options.files().stream().map(Version::of).toList();
    }

    private Etcd open() {
        return new Etcd(options.access().within(limit));
    }

    /** A store to read once. */
    private Store store() {
        List<Version> now = versions();
        if (hasFailed || !now.equals(versions)) {
            try {
                Etcd renewed = open();
                etcd.close();
                etcd = renewed;
                versions = now;
                trouble = "";
            } catch (IllegalArgumentException e) {
                // somebody is writing them, or they are wrong: what was read before may still do
                warn(String.valueOf(e.getMessage()));
            }
        }
        return new Store(etcd, options.root());
    }

    private void warn(String line) {
        if (!line.equals(trouble)) {
            trouble = line;
            terminal.warn(line);
        }
    }

    /**
     * The canary in etcd, raised if that is due. Gateways that have stopped to follow are seen by
     * that, also while no route changes.
     *
     * @throws EtcdException if etcd does not answer, or refuses
     */
    OptionalLong canary() {
        Store store = store();
        hasFailed = true;
        StoredTree tree = store.read();
        hasFailed = false;
        boolean isDue = raise != null && nanos.getAsLong() - raised >= raise.toNanos();
        return isDue && tree.canary().isPresent() ? raised(store, tree) : tree.canary();
    }

    private OptionalLong raised(Store store, StoredTree tree) {
        raised = nanos.getAsLong();
        try {
            return new Apply(store, OptionalInt.empty()).raise(tree) instanceof Written it
                    ? OptionalLong.of(it.canary())
                    : tree.canary(); // somebody else has written, and has raised it by that
        } catch (EtcdException e) {
            warn("the canary cannot be raised: " + e.getMessage());
            return tree.canary();
        }
    }

    @Override
    public void close() {
        etcd.close();
    }
}
