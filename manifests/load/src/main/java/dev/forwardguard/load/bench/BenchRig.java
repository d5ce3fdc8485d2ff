package dev.forwardguard.load.bench;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The environment of a contender: its own directory, port and cores, and its upstream.
 *
 * @param directory for the contender's files alone
 * @param port the port to listen on
 * @param upstream the port of the upstream
 * @param cores in the format of {@code taskset}
 */
record BenchRig(Path directory, int port, int upstream, String cores) {
    /** The core of the contender; load and upstream use the other one. */
    static final String CORE = "0";

    /** The user alice with {@link #PASSWORD}, hashed by bcrypt at cost 12. */
    static final String HTPASSWD =
            "alice:$2y$12$qdbXzM5mm0E/pdm2h0L.TOqZ4HRKpjOFG4ILvvNGPSxUk2URbT8Im\n";

    static final String PASSWORD = "correct-horse";

    static BenchRig at(Path directory, int upstream, String cores) {
        try {
            return new BenchRig(
                    Files.createTempDirectory(directory, "contender"),
                    Loopback.freePort(),
                    upstream,
                    cores);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file with this text. */
    Path file(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets other users read the contender's files, as the kubelet does. */
    void share() {
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One for a server that is part of the same contender. */
    BenchRig another() {
        return at(directory, upstream, cores);
    }

    /** The prefix of a command that is to run on these cores. */
    List<String> launcher() {
        return List.of("taskset", "-c", cores);
    }

    /** The address of a port. */
    static String address(int port) {
        return "127.0.0.1:" + port;
    }

    /** Starts a program and waits until it listens on the port. */
    Running run(Map<String, String> variables, List<String> command) {
        List<String> pinned = new ArrayList<>(launcher());
        pinned.addAll(command);
        ChildProcess process = ChildProcess.start(directory.resolve("log"), variables, pinned);
        process.awaitListening(port);
        return new Running(process, port);
    }
}
