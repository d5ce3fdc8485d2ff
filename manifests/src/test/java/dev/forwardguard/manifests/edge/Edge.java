package dev.forwardguard.manifests.edge;

import com.sun.net.httpserver.HttpServer;

import dev.forwardguard.servers.EdgeGateway;
import dev.forwardguard.servers.EtcdCluster;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * An etcd without authentication, gateways, and an application behind them, which returns the path
 * of each request in {@code X-Path}.
 */
final class Edge implements AutoCloseable {
    static final String APPLICATION = "application";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int POLL_MILLIS = 20;

    private final Path directory;
    private final EtcdCluster etcd;
    private final RawEtcd raw;
    private final List<EdgeGateway> gateways = new ArrayList<>();
    private final HttpServer application;
    private final HttpClient client = HttpClient.newHttpClient();
    private final EdgeRoutes tool;

    Edge(Path directory, EtcdCluster etcd) {
        this.directory = directory;
        this.etcd = etcd;
        raw = new RawEtcd(etcd.first().url());
        tool = new EdgeRoutes(directory, Map.of("EDGE_ETCD_ENDPOINTS", etcd.endpoints()));
        application = startApplication();
    }

    /** One member of the newest etcd. */
    static Edge start(Path directory, String... flags) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Edge(directory, EtcdCluster.start(Program.built("etcd"), directory, flags));
    }

    private static HttpServer startApplication() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(Loopback.ADDRESS, 0), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        exchange.getResponseHeaders()
                                .set("X-Path", exchange.getRequestURI().getPath());
                        byte[] body = APPLICATION.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one more.
     *
     * @param options of the command line
     */
    EdgeGateway addGateway(String... options) {
        EdgeGateway gateway = EdgeGateway.start(directory, etcd, Optional.empty(), options);
        gateways.add(gateway);
        return gateway;
    }

    EtcdCluster etcd() {
        return etcd;
    }

    RawEtcd raw() {
        return raw;
    }

    EdgeRoutes tool() {
        return tool;
    }

    private String applicationUrl() {
        return "http://127.0.0.1:" + application.getAddress().getPort();
    }

    /** Writes a file of routes, with {@code APPLICATION} replaced by the application's URL. */
    String file(String name, String yaml) {
        try {
            return Files.writeString(
                            directory.resolve(name), yaml.replace("APPLICATION", applicationUrl()))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status and body of a response, such as {@code 200 application}. */
    String get(EdgeGateway gateway, String path) {
        HttpResponse<String> response = send(gateway.web().resolve(path));
        return response.statusCode() + " " + response.body().strip();
    }

    HttpResponse<String> send(URI url) {
        try {
            return client.send(
                    HttpRequest.newBuilder(url).timeout(PATIENCE).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits until a condition holds. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + PATIENCE);
            }
            pause(POLL_MILLIS);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        gateways.forEach(EdgeGateway::close);
        application.stop(0);
        raw.close();
        etcd.close();
        client.close();
    }
}
