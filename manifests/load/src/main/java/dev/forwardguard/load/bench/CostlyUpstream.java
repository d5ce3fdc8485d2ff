package dev.forwardguard.load.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An authentik outpost whose verdicts cost something: it allows every request, after half a
 * millisecond of processor time, one request at a time, and counts them.
 */
final class CostlyUpstream implements AutoCloseable {
    private static final Duration COST = Duration.ofNanos(500_000);
    private static final int BACKLOG = 1024;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicLong asked = new AtomicLong();
    private final HttpServer server;

    private CostlyUpstream(HttpServer server) {
        this.server = server;
    }

    static CostlyUpstream start() {
        try {
            var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
            var upstream = new CostlyUpstream(HttpServer.create(address, BACKLOG));
            upstream.server.setExecutor(upstream.thread);
            upstream.server.createContext("/", upstream::allow);
            upstream.server.start();
            return upstream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void allow(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.incrementAndGet();
            long end = threads.getCurrentThreadCpuTime() + COST.toNanos();
            while (threads.getCurrentThreadCpuTime() < end) {
                Thread.onSpinWait();
            }
            exchange.getResponseHeaders().set("X-authentik-username", user(exchange));
            BenchUpstream.IDENTITY.forEach(
                    header -> exchange.getResponseHeaders().set(header.name(), header.value()));
            exchange.sendResponseHeaders(200, -1); // a Content-Length of 0
        }
    }

    /** A user for each session. */
    private static String user(HttpExchange exchange) {
        String cookies = String.valueOf(exchange.getRequestHeaders().getFirst("Cookie"));
        return cookies.replaceFirst("^[^=]*=([^;]*).*", "$1");
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** How many requests it has got so far. */
    long asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
