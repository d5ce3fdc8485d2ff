package dev.forwardguard.edge.command;

import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/** A gateway with a canary route. */
final class FakeGateway implements AutoCloseable {
    private final HttpServer server;

    /** With a number that is asked for with each request. */
    FakeGateway(LongSupplier revision) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext(
                "/edge-revision",
                exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders()
                                .set("X-Edge-Revision", Long.toString(revision.getAsLong()));
                        exchange.sendResponseHeaders(200, -1);
                    }
                });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
