import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Test services on loopback. Each answers every path with its name, the request line, and the
 * header fields that it got: what gateways and guards add is among them.
 *
 * <p>Usage: {@code java EdgeServices.java NAME=PORT...}
 */
class EdgeServices {
    public static void main(String[] arguments) throws IOException {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            if (at < 1) {
                System.err.println("usage: EdgeServices NAME=PORT...");
                System.exit(2);
            }
            serve(argument.substring(0, at), Integer.parseInt(argument.substring(at + 1)));
        }
    }

    private static void serve(String name, int port) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(name, exchange));
        server.start();
    }

    /** {@code X-forwarded-prefix}, as the JDK has it, in the usual spelling. */
    private static String usual(String field) {
        return Pattern.compile("-[a-z]")
                .matcher(field)
                .replaceAll(found -> found.group().toUpperCase(Locale.ROOT));
    }

    private static void answer(String name, HttpExchange exchange) throws IOException {
        try (exchange) {
            var text = new StringBuilder("Hostname: ").append(name);
            text.append("\nName: ").append(name).append('\n');
            text.append(exchange.getRequestMethod())
                    .append(' ')
                    .append(exchange.getRequestURI())
                    .append(" HTTP/1.1\n");
            exchange.getRequestHeaders()
                    .forEach(
                            (field, values) ->
                                    text.append(usual(field))
                                            .append(": ")
                                            .append(String.join(", ", values))
                                            .append('\n'));
            byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(
                    200, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
