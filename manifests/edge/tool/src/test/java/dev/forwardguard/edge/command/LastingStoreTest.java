package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.etcd.FakeEtcd;

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

/** A program that goes on while certificates and passwords are renewed. */
class LastingStoreTest {
    @TempDir private Path directory;
    private final FakeEtcd fake = new FakeEtcd();
    private final StringWriter printed = new StringWriter();
    private final EtcdOptions options = new EtcdOptions();
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
        return new LastingStore(options, Duration.ofSeconds(4), new Terminal(writer, writer));
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
