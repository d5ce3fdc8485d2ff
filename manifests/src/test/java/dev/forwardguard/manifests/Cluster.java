package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.CustomResources;
import dev.forwardguard.servers.Part;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A real API server, and kubectl with all rights. There are no nodes, so pods stay pending. */
public final class Cluster implements AutoCloseable {
    /** Controllers need seconds, on a busy machine many. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final ApiServer server;
    private @Nullable Part controllers;
    private int files;

    private Cluster(Path directory, ApiServer server) {
        this.directory = directory;
        this.server = server;
    }

    /** Starts one that has Kubernetes' own kinds only. */
    public static Cluster bare(Path directory) {
        return new Cluster(directory, ApiServer.start(directory));
    }

    /** Starts one that has the kinds of Traefik and the others, too. */
    public static Cluster start(Path directory) {
        CustomResources resources = CustomResources.built();
        Cluster cluster = bare(directory);
        try {
            resources.install(cluster.server);
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts the controllers, which create pods, and delete what is in a deleted namespace. */
    Cluster withControllers() {
        try {
            controllers = server.controllers();
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    public ApiServer server() {
        return server;
    }

    /** Runs kubectl, and returns its output, warnings included; fails unless it exits with 0. */
    public String kubectl(String... arguments) {
        return server.kubectl(arguments);
    }

    /** Runs commands of a manual as they stand, where people run them, and returns their output. */
    String shell(String commands) {
        var variables = Map.of("KUBECONFIG", server.kubeconfig().toString());
        String line = "set -e; cd '%s'\n%s".formatted(Repository.ROOT, commands);
        try (var shell = Program.installed("sh", "dash").start(directory, variables, "-c", line)) {
            int status = shell.awaitExit(PATIENCE);
            if (status != 0) {
                throw new AssertionError(commands + ": " + status + "\n" + shell.output());
            }
            return shell.output();
        }
    }

    /** Whether kubectl exits with 0. */
    boolean succeeds(String... arguments) {
        try {
            kubectl(arguments);
            return true;
        } catch (AssertionError _) {
            return false;
        }
    }

    /** Creates namespaces, as those who run the other applications do. */
    void namespaces(String... names) {
        for (String name : names) {
            kubectl("create", "namespace", name);
        }
    }

    /** Applies these objects. */
    void apply(List<ObjectNode> objects) {
        if (!objects.isEmpty()) {
            kubectl("apply", "-f", file(objects));
        }
    }

    /** Writes objects to a file for kubectl, and returns its path. */
    String file(List<ObjectNode> objects) {
        // not as a List: that one kubectl validates by itself, without asking the server
        return file(objects.stream().map(ObjectNode::toString).collect(Collectors.joining("\n")));
    }

    /** Writes a file for kubectl, and returns its path. */
    String file(String text) {
        try {
            Path file = directory.resolve("objects-" + ++files + ".yaml");
            return Files.writeString(file, text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for what controllers do. */
    void await(String what, BooleanSupplier condition) {
        server.part().process().await(what, PATIENCE, condition);
    }

    @Override
    public void close() {
        if (controllers != null) {
            controllers.close();
        }
        server.close();
    }
}
