package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.etcd.FakeEtcd;
import dev.forwardguard.edge.etcd.FakeEtcd.Fault;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** A program that goes on while certificates and passwords are renewed. */
class LastingStoreTest {
    @TempDir private Path directory;
    private final FakeEtcd fake = new FakeEtcd();
    private final StringWriter printed = new StringWriter();
    private final EtcdOptions options = new EtcdOptions();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private @Nullable Duration raise;
    private Path password = Path.of("");
    private Path ca = Path.of("");

    @BeforeEach
    void write() throws IOException {
        password = Files.writeString(directory.resolve("password"), "first");
        ca = Files.writeString(directory.resolve("ca.crt"), "first");
        fake.changePassword("first");
        fake.keys().put(Commands.CANARY, "17");
        new CommandLine(options)
                .parseArgs(
                        "--endpoints=" + fake.url(),
                        "--user=routes",
                        "--password-file=" + password,
                        "--ca=" + ca);
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private LastingStore store() {
        PrintWriter writer = new PrintWriter(printed);
        return new LastingStore(
                options, Duration.ofSeconds(4), raise, nanos::get, new Terminal(writer, writer));
    }

    private void assertReads(LastingStore store) {
        assertThat(store.canary()).isEqualTo(OptionalLong.of(17));
    }

    private long logins() {
        return fake.requests().stream().filter(each -> each.contains("authenticate")).count();
    }

    @Test
    void logsInOnceWhileNothingChanges() {
        try (LastingStore store = store()) {
            assertReads(store);
            assertReads(store);
        }

        assertThat(logins()).isEqualTo(1);
    }

    @Test
    void readsPasswordThatHasChanged() throws IOException {
        try (LastingStore store = store()) {
            assertReads(store);
            fake.changePassword("second");
            Files.writeString(password, "second");

            assertReads(store);
        }
    }

    /** A mounted Secret follows only after a minute. */
    @Test
    void recoversWhenFileIsLate() throws IOException {
        try (LastingStore store = store()) {
            fake.changePassword("second");
            assertThatThrownBy(store::canary).isInstanceOf(EtcdException.class);
            assertThatThrownBy(store::canary).isInstanceOf(EtcdException.class);

            Files.writeString(password, "second");

            assertReads(store);
        }
    }

    /** A Secret is mounted by a link to the directory that holds it now. */
    @Test
    void opensClientAnewForCertificates() throws IOException {
        try (LastingStore store = store()) {
            assertReads(store);
            Path renewed = Files.writeString(directory.resolve("renewed"), "first");
            Files.setLastModifiedTime(renewed, Files.getLastModifiedTime(ca));
            Files.delete(ca);
            Files.createSymbolicLink(ca, renewed);

            assertReads(store);
            assertReads(store);
        }

        assertThat(logins()).isEqualTo(2);
    }

    @Test
    void raisesCanaryWhenItIsDue() {
        raise = Duration.ofMinutes(5);
        try (LastingStore store = store()) {
            nanos.addAndGet(raise.toNanos() - 1);
            assertReads(store);

            nanos.addAndGet(1);
            long first = store.canary().orElseThrow();
            assertThat(first).isGreaterThan(17);
            assertThat(fake.keys().values()).containsEntry(Commands.CANARY, String.valueOf(first));
            assertThat(store.canary()).hasValue(first);

            nanos.addAndGet(raise.toNanos());
            assertThat(store.canary().orElseThrow()).isGreaterThan(first);
        }
        assertThat(printed.toString()).isEmpty();
    }

    /** Whoever sets etcd up does that, and has to notice that it is empty. */
    @Test
    void raisesNothingInEmptyEtcd() {
        raise = Duration.ofMinutes(5);
        fake.keys().delete(Commands.CANARY);
        try (LastingStore store = store()) {
            nanos.addAndGet(raise.toNanos());

            assertThat(store.canary()).isEmpty();
        }
        assertThat(fake.keys().values()).isEmpty();
    }

    @Test
    void goesOnWhenItMayNotRaise() {
        raise = Duration.ofMinutes(5);
        fake.plan(
                "/v3/kv/txn",
                new Fault.Answers(
                        400, "{\"code\": 7, \"message\": \"etcdserver: permission denied\"}"));
        try (LastingStore store = store()) {
            nanos.addAndGet(raise.toNanos());

            assertReads(store);
            assertReads(store);
        }
        assertThat(printed.toString()).contains("warning: the canary cannot be raised");
    }

    @Test
    void goesOnWhileFileIsMissing() throws IOException {
        try (LastingStore store = store()) {
            Files.delete(password);
            assertReads(store);
            assertReads(store);
        }

        assertThat(printed.toString().lines())
                .singleElement()
                .asString()
                .startsWith("warning: cannot read the password in ");
    }
}
