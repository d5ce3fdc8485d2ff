package dev.forwardguard.edge.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves {@code /metrics}, read anew for each request. */
public final class MetricsServer implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MOST_CONNECTIONS = 32;
    private static final String SECONDS_PER_REQUEST = "15";
    private static final int OK = 200;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /**
     * Starts it on all addresses.
     *
     * @param port 0 for any free one
     * @param metrics their text; asked by one thread at a time
     */
    public MetricsServer(int port, Supplier<String> metrics) throws IOException {
        // the JDK's server waits for a slow client for ever unless it is told otherwise
        System.setProperty("sun.net.httpserver.maxReqTime", SECONDS_PER_REQUEST);
        System.setProperty("sun.net.httpserver.maxRspTime", SECONDS_PER_REQUEST);
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MOST_CONNECTIONS));
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(threads);
        server.createContext("/metrics", exchange -> answer(exchange, metrics));
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, Supplier<String> metrics) throws IOException {
        try (exchange) {
            byte[] text = read(metrics).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(OK, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    private synchronized String read(Supplier<String> metrics) {
        return metrics.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
