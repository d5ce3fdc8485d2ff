import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Stand-ins for the two upstreams on loopback: Poison Fountain and an authentik outpost. Each can
 * be made to fail while it runs. The outpost also stands for authentik's login: it says whether
 * that is ready.
 *
 * <p>Usage: {@code java StandIns.java POISON_FOUNTAIN_PORT OUTPOST_PORT CONTROL_PORT}
 *
 * <p>The control port takes {@code PUT /poison-fountain/hang}, {@code PUT /outpost/healthy} and so
 * on, with any {@link Behaviour}; {@code GET /} shows how both behave.
 */
class StandIns {
    private final Map<String, StandIn> byName = new LinkedHashMap<>();

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: StandIns POISON_FOUNTAIN_PORT OUTPOST_PORT CONTROL_PORT");
            System.exit(2);
        }
        var standIns = new StandIns();
        int[] ports = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        standIns.byName.put(
                "poison-fountain", new StandIn(ports[0], "HTTP/1.0", PoisonFountain::answer));
        standIns.byName.put("outpost", new StandIn(ports[1], "HTTP/1.1", Outpost::answer));
        for (StandIn each : standIns.byName.values()) {
            each.behave(Behaviour.HEALTHY);
        }
        standIns.takeCommands(ports[2]);
    }

    private void takeCommands(int port) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        HttpServer control = HttpServer.create(address, 0);
        control.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        control.createContext("/", this::obey);
        control.start();
    }

    private void obey(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            int status =
                    switch (exchange.getRequestMethod()) {
                        case "PUT" -> change(path.split("/", -1)) ? 200 : 404;
                        case "GET" -> path.equals("/") ? 200 : 404;
                        default -> 405;
                    };
            byte[] page = page().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, page.length);
            exchange.getResponseBody().write(page);
        }
    }

    private boolean change(String... path) throws IOException {
        StandIn standIn = path.length == 3 ? byName.get(path[1]) : null;
        for (Behaviour behaviour : Behaviour.values()) {
            if (standIn != null && behaviour.toString().equals(path[2])) {
                standIn.behave(behaviour);
                System.out.println(path[1] + ": " + behaviour);
                return true;
            }
        }
        return false;
    }

    private String page() {
        var page = new StringBuilder();
        byName.forEach((name, standIn) -> page.append(name + ": " + standIn.behaviour() + "\n"));
        return page
                + "PUT /NAME/BEHAVIOUR changes one: "
                + Arrays.toString(Behaviour.values())
                + "\n";
    }
}

/** How a stand-in treats every request. */
enum Behaviour {
    HEALTHY("healthy"),
    REFUSED("refused"),
    HANG("hang"),
    UNAVAILABLE("503"),
    DRIP("drip"),
    RESET("reset"),
    TRUNCATED("truncated"),

    /** Healthy, except that the outpost says that the login behind it is not ready. */
    LOGIN_DOWN("login-down");

    private final String word;

    Behaviour(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}

/** The listener and the connections of one upstream; each connection has a virtual thread. */
class StandIn {
    private static final int MOST_CONNECTIONS = 512;
    private static final int IDLE_MILLIS = 60_000;
    private static final int DRIP_MILLIS = 500;
    private static final byte[] TARPIT =
            "Fifty bytes of nothing, for as long as you listen\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final String protocol;
    private final Function<Request, Response> upstream;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Behaviour behaviour = Behaviour.REFUSED;
    private ServerSocket listener; // guarded by this; null while refused

    StandIn(int port, String protocol, Function<Request, Response> upstream) {
        this.port = port;
        this.protocol = protocol;
        this.upstream = upstream;
    }

    Behaviour behaviour() {
        return behaviour;
    }

    /** Takes effect at once: connections opened before are closed, whatever they wait for. */
    synchronized void behave(Behaviour next) throws IOException {
        behaviour = next;
        if (next == Behaviour.REFUSED && listener != null) {
            listener.close();
            listener = null;
        } else if (next != Behaviour.REFUSED && listener == null) {
            var opened = new ServerSocket(port, MOST_CONNECTIONS, InetAddress.getLoopbackAddress());
            Thread.startVirtualThread(() -> accept(opened));
            listener = opened;
        }
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private void accept(ServerSocket opened) {
        while (!opened.isClosed()) {
            try {
                Socket connection = opened.accept();
                if (connections.size() < MOST_CONNECTIONS) {
                    connections.add(connection);
                    Thread.startVirtualThread(() -> serve(connection));
                } else {
                    connection.close();
                }
            } catch (IOException closed) {
                Thread.yield(); // closed by behave(); the loop condition ends this thread
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setSoTimeout(IDLE_MILLIS);
            connection.setTcpNoDelay(true);
            var in = new BufferedInputStream(connection.getInputStream());
            Request request = Request.read(in);
            while (request != null && answer(request, connection, in)) {
                if (protocol.equals("HTTP/1.0") || request.isLast()) {
                    // Closing with unread bytes would reset the connection and lose the response.
                    connection.shutdownOutput();
                    in.transferTo(OutputStream.nullOutputStream());
                }
                request = Request.read(in);
            }
        } catch (IOException | InterruptedException gone) {
            // The guard or behave() has closed the connection.
        } finally {
            connections.remove(connection);
        }
    }

    /** Returns whether the guard got a complete response. */
    private boolean answer(Request request, Socket connection, InputStream in)
            throws IOException, InterruptedException {
        OutputStream out = connection.getOutputStream();
        Behaviour now = behaviour;
        boolean health = now == Behaviour.LOGIN_DOWN && request.target().equals(Outpost.READINESS);
        Response response =
                health
                        ? Response.of(503, "The stand-in plays an outage\n")
                        : upstream.apply(request);
        switch (now) {
            case HEALTHY, LOGIN_DOWN -> write(response, out);
            case REFUSED -> connection.close();
            case HANG -> in.transferTo(OutputStream.nullOutputStream());
            case UNAVAILABLE -> write(Response.of(503, "The stand-in plays an outage\n"), out);
            case DRIP -> drip(response.bytes(protocol, 0), out);
            case RESET -> connection.setSoLinger(true, 0);
            case TRUNCATED -> out.write(response.bytes(protocol, 100));
        }
        return now == Behaviour.HEALTHY
                || now == Behaviour.LOGIN_DOWN
                || now == Behaviour.UNAVAILABLE;
    }

    private void write(Response response, OutputStream out)
            throws IOException, InterruptedException {
        out.write(response.bytes(protocol, 0));
        while (response.endless()) {
            out.write(TARPIT);
            Thread.sleep(DRIP_MILLIS);
        }
    }

    private static void drip(byte[] response, OutputStream out)
            throws IOException, InterruptedException {
        for (byte each : response) {
            out.write(each);
            Thread.sleep(DRIP_MILLIS);
        }
    }
}

/** Blocks crawlers by {@code User-Agent}; everything but {@code /auth} is a tarpit. */
class PoisonFountain {
    private static final List<String> BOTS =
            List.of("gptbot", "claudebot", "ccbot", "bytespider", "petalbot", "perplexitybot");

    static Response answer(Request request) {
        if (!request.method().equals("GET")) {
            return Response.of(501, "Unsupported method\n");
        } else if (!request.target().equals("/auth")) {
            return new Response(200, "", true, List.of());
        }
        String agent = request.header("User-Agent").toLowerCase(Locale.ROOT);
        boolean bot = BOTS.stream().anyMatch(agent::contains);
        return bot ? Response.of(403, "Forbidden\n") : Response.of(200, "OK\n");
    }
}

/** Knows one user, who owns every session cookie. */
class Outpost {
    /** Where authentik says whether it is ready to log people in. */
    static final String READINESS = "/-/health/ready/";

    private static final String PREFIX = "/outpost.goauthentik.io/";
    private static final String SESSION = "authentik_proxy_session=";
    private static final String SET = "Set-Cookie: " + SESSION;
    private static final String HOME = "Location: /";
    private static final String LOGIN = "https://authentik.example.com/application/o/authorize/";
    private static final String[] IDENTITY =
            """
            X-authentik-username: ada
            X-authentik-groups: admins|readers
            X-authentik-entitlements: reports
            X-authentik-email: ada@example.com
            X-authentik-name: Ada Lovelace
            X-authentik-uid: 0a1b2c3d4e5f
            X-authentik-jwt: stand.in.token
            X-authentik-meta-jwks: https://authentik.example.com/application/o/app/jwks/
            X-authentik-meta-outpost: stand-in
            X-authentik-meta-provider: app
            X-authentik-meta-app: app
            X-authentik-meta-version: goauthentik.io/outpost/stand-in\
            """
                    .split("\n");

    static Response answer(Request request) {
        String path = request.target().split("\\?", 2)[0];
        if (path.equals(READINESS)) {
            return Response.of(204, "");
        }
        if (!path.startsWith(PREFIX)) {
            return Response.of(404, "Not found\n");
        }
        return switch (path.substring(PREFIX.length())) {
            case "auth/traefik", "auth/caddy" -> authenticate(request);
            case "ping" -> Response.of(204, "");
            case "start" -> login(request);
            case "callback" -> redirect(HOME, SET + "stand-in; Path=/; HttpOnly");
            case "sign_out" -> redirect(HOME, SET + "; Path=/; Max-Age=0");
            default -> Response.of(404, "Not found\n");
        };
    }

    private static Response authenticate(Request request) {
        if (request.header("X-Forwarded-Host").isEmpty()) {
            return Response.of(400, "no app for hostname\n");
        }
        boolean known = request.header("Cookie").contains(SESSION);
        return known ? Response.of(200, "", IDENTITY) : login(request);
    }

    private static Response login(Request request) {
        String target = request.header("X-Forwarded-Host") + request.header("X-Forwarded-Uri");
        String state = URLEncoder.encode(target, StandardCharsets.UTF_8);
        return redirect(
                "Location: " + LOGIN + "?client_id=stand-in&state=" + state,
                "Set-Cookie: authentik_proxy_state=stand-in; Path=/; HttpOnly; SameSite=Lax",
                "Set-Cookie: authentik_proxy_return=" + state + "; Path=/; HttpOnly");
    }

    private static Response redirect(String... headers) {
        return Response.of(302, "", headers);
    }
}

/** A request without its body, which no stand-in needs. If a header repeats, the last one wins. */
record Request(String method, String target, Map<String, String> headers) {
    private static final int LONGEST_LINE = 1 << 20;

    /** Reads the next request of a connection; null at its end and for anything but HTTP. */
    static Request read(InputStream in) throws IOException {
        String[] start = line(in).split(" ");
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String[] field = line.split(":", 2);
            headers.put(field[0], field.length == 2 ? field[1].strip() : "");
        }
        return start.length == 3 ? new Request(start[0], start[1], headers) : null;
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
            line.write(each);
            if (line.size() > LONGEST_LINE) {
                throw new IOException("line too long");
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** True if the connection must not be reused, since an unread body would parse as a request. */
    boolean isLast() {
        return header("Connection").equalsIgnoreCase("close")
                || headers.containsKey("Content-Length")
                || headers.containsKey("Transfer-Encoding");
    }
}

/** A response; an endless one drips its body until the guard hangs up. */
record Response(int status, String body, boolean endless, List<String> headers) {
    static Response of(int status, String body, String... headers) {
        return new Response(status, body, false, List.of(headers));
    }

    /**
     * The bytes on the wire.
     *
     * @param missing by how many bytes {@code Content-Length} exceeds the body
     */
    byte[] bytes(String protocol, int missing) {
        var text = new StringBuilder(protocol + " " + status + " Stand-in\r\n");
        headers.forEach(header -> text.append(header).append("\r\n"));
        if (!endless && status != 204) {
            text.append("Content-Type: text/plain\r\n");
            text.append("Content-Length: " + (body.length() + missing) + "\r\n");
        }
        return text.append("\r\n").append(body).toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
