package dev.forwardguard.manifests.edge;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A test service: answers with its name, the path that it sees, and the header fields that gateways
 * add, each on a line of its own, in the form of {@code whoami}.
 */
final class StandIn implements AutoCloseable {
    private final HttpServer server;
    private final String name;
    private final Function<Headers, Integer> status;

    private StandIn(String name, Function<Headers, Integer> status) {
        this.name = name;
        this.status = status;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    static StandIn named(String name) {
        return new StandIn(name, _ -> 200);
    }

    /** A guard: the status depends on the auth request. */
    static StandIn deciding(String name, Function<Headers, Integer> status) {
        return new StandIn(name, status);
    }

    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var text = new StringBuilder("Hostname: ").append(name).append("\nName: ").append(name);
        text.append("\nGET ").append(exchange.getRequestURI()).append(" HTTP/1.1\n");
        exchange.getRequestHeaders()
                .forEach((field, values) -> text.append(line(field, values)).append('\n'));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("X-authentik-username", name);
        exchange.sendResponseHeaders(status.apply(exchange.getRequestHeaders()), body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** The server here makes all letters but the first one small. */
    private static String line(String field, List<String> values) {
        String name =
                Pattern.compile("-[a-z]")
                        .matcher(field)
                        .replaceAll(letter -> letter.group().toUpperCase(Locale.ROOT));
        return name + ": " + String.join(", ", values);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
