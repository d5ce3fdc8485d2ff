package dev.forwardguard.manifests.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.forwardguard.servers.Loopback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes the requests of the tool on to etcd. Kills the tool when etcd has answered one of them,
 * and before the tool knows.
 */
final class FatalRelay implements AutoCloseable {
    private final URI etcd;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int fatal = Integer.MAX_VALUE;
    private volatile Runnable kill = () -> {};

    FatalRelay(URI etcd) {
        this.etcd = etcd;
        try {
            server = HttpServer.create(new InetSocketAddress(Loopback.ADDRESS, 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::pass);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Passes all on, and counts anew. */
    void forgive() {
        killAt(Integer.MAX_VALUE, () -> {});
    }

    /**
     * Counts anew, and kills.
     *
     * @param request at which one, from 1
     */
    void killAt(int request, Runnable kill) {
        this.kill = kill;
        requests.set(0);
        fatal = request;
    }

    /** How many there were. */
    int requests() {
        return requests.get();
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isFatal = requests.incrementAndGet() == fatal;
        HttpResponse<byte[]> response = send(exchange, body);
        if (isFatal) {
            kill.run();
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(response.statusCode(), response.body().length);
        exchange.getResponseBody().write(response.body());
        exchange.close();
    }

    private HttpResponse<byte[]> send(HttpExchange exchange, byte[] body) throws IOException {
        var request =
                HttpRequest.newBuilder(etcd.resolve(exchange.getRequestURI()))
                        .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        if (token != null) {
            request.header("Authorization", token);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
    }
}
