package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * An API server with one Secret. Supports list and watch with revisions and a history, the field
 * selector, tokens, RBAC that answers 403 without the right selector, and faults on demand. Serves
 * real HTTP or HTTPS.
 */
final class FakeApiServer implements AutoCloseable {
    static final String NAMESPACE = "guards";
    static final String NAME = "authentik-guard-htpasswd";
    static final String SELECTOR = "metadata.name=" + NAME;

    /** Replaces the normal response; an exchange that it leaves open is closed. */
    interface Fault {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** A received request. */
    record Request(
            String path,
            Map<String, String> query,
            String authorization,
            String client,
            long nanos) {
        boolean watch() {
            return "true".equals(query.get("watch"));
        }
    }

    private record Change(long revision, Piece line) {}

    /** The next thing that a watch sends: bytes, or a clean or broken end. */
    private static final class Piece {
        private final byte[] bytes;
        private final boolean last;
        private final boolean broken;

        private Piece(byte[] bytes, boolean last, boolean broken) {
            this.bytes = bytes;
            this.last = last;
            this.broken = broken;
        }
    }

    private static final Piece END = new Piece(new byte[0], true, false);
    private static final Piece BREAK = new Piece(new byte[0], true, true);

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<BlockingQueue<Piece>> watches = new ArrayList<>();
    private final List<Change> history = new ArrayList<>();
    private final Deque<Fault> listFaults = new ArrayDeque<>();
    private final Deque<Fault> watchFaults = new ArrayDeque<>();
    private final @Nullable SSLContext tls;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private volatile @Nullable Fault everyList;
    private volatile @Nullable Fault everyWatch;
    private volatile @Nullable String token;
    private volatile boolean permitted = true;
    private @Nullable String secret;
    private long revision = 100;
    private long compacted;

    private FakeApiServer(@Nullable SSLContext tls) throws IOException {
        this.tls = tls;
        this.server = serve(0, tls);
    }

    static FakeApiServer plain() throws IOException {
        return new FakeApiServer(null);
    }

    static FakeApiServer secure(SSLContext tls) throws IOException {
        return new FakeApiServer(tls);
    }

    private HttpServer serve(int port, @Nullable SSLContext context) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        HttpServer created;
        if (context == null) {
            created = HttpServer.create(address, 0);
        } else {
            HttpsServer https = HttpsServer.create(address, 0);
            https.setHttpsConfigurator(
                    new HttpsConfigurator(context) {
                        @Override
                        public void configure(HttpsParameters parameters) {
                            var offered = context.getDefaultSSLParameters();
                            offered.setWantClientAuth(true);
                            parameters.setSSLParameters(offered);
                        }
                    });
            created = https;
        }
        created.createContext("/", this::handle);
        created.setExecutor(threads);
        created.start();
        return created;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port();
    }

    /** Stops listening and breaks every connection; {@link #start} starts it again. */
    void stop() {
        server.stop(0);
        synchronized (this) {
            watches.clear();
        }
    }

    void start(@Nullable SSLContext context) throws IOException {
        server = serve(port(), context);
    }

    void start() throws IOException {
        start(tls);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    // ---- the Secret

    /** Creates or modifies the Secret. */
    void put(String htpasswd) {
        CapturedLogs.mustNotLog(htpasswd);
        CapturedLogs.mustNotLog(Base64.getEncoder().encodeToString(htpasswd.getBytes(UTF_8)));
        putData(data("htpasswd", Base64.getEncoder().encodeToString(htpasswd.getBytes(UTF_8))));
    }

    static String data(String key, String base64) {
        return "{\"" + key + "\":\"" + base64 + "\"}";
    }

    /**
     * @param data as JSON
     */
    synchronized void putData(String data) {
        revision++;
        boolean there = secret != null;
        secret = object(data, revision);
        record(there ? "MODIFIED" : "ADDED", secret);
    }

    synchronized void delete() {
        if (secret != null) {
            revision++;
            record("DELETED", secret);
            secret = null;
        }
    }

    /** Restores the cluster from a backup: revisions continue from an earlier one. */
    synchronized void restore(long earlier) {
        revision = earlier;
        history.clear();
        compacted = 0;
    }

    /** Drops the history, so that a watch from an earlier revision gets 410 as an event. */
    synchronized void compact() {
        history.clear();
        compacted = revision;
    }

    static String object(String data, long revision) {
        return "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\""
                + NAME
                + "\",\"namespace\":\"guards\",\"resourceVersion\":\""
                + revision
                + "\",\"managedFields\":[{\"f:data\":{\".\":{}}}]},\"data\":"
                + data
                + ",\"type\":\"Opaque\"}";
    }

    private void record(String type, String object) {
        Piece line = new Piece(event(type, object), false, false);
        history.add(new Change(revision, line));
        watches.forEach(watch -> watch.add(line));
    }

    static byte[] event(String type, String object) {
        return ("{\"type\":\"" + type + "\",\"object\":" + object + "}\n").getBytes(UTF_8);
    }

    private static byte[] error(int code) {
        return event(
                "ERROR",
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"code\":"
                        + code
                        + "}");
    }

    // ---- open watches

    /** Sends these bytes to every watch. */
    void send(byte[] bytes) {
        send(new Piece(bytes, false, false));
    }

    private synchronized void send(Piece piece) {
        watches.forEach(watch -> watch.add(piece));
    }

    synchronized void bookmark() {
        send(
                event(
                        "BOOKMARK",
                        "{\"kind\":\"Secret\",\"metadata\":{\"resourceVersion\":\""
                                + revision
                                + "\"}}"));
    }

    /** Sends an event {@code ERROR} to every watch and ends it. */
    void failWatches(int code) {
        send(error(code));
        endWatches();
    }

    /** Ends every watch cleanly, as after {@code timeoutSeconds}. */
    void endWatches() {
        send(END);
    }

    /** Breaks every watch, without the end that the protocol requires. */
    void breakWatches() {
        send(BREAK);
    }

    synchronized int openWatches() {
        return watches.size();
    }

    // ---- faults

    synchronized void nextList(Fault fault) {
        listFaults.add(fault);
    }

    synchronized void nextWatch(Fault fault) {
        watchFaults.add(fault);
    }

    void everyList(@Nullable Fault fault) {
        everyList = fault;
    }

    void everyWatch(@Nullable Fault fault) {
        everyWatch = fault;
    }

    /** Accepts only requests with this token; null accepts any. */
    void accept(@Nullable String only) {
        token = only;
    }

    void permit(boolean permitted) {
        this.permitted = permitted;
    }

    static Fault status(int code) {
        return exchange -> exchange.sendResponseHeaders(code, -1);
    }

    static Fault throttle(int seconds) {
        return exchange -> {
            exchange.getResponseHeaders().set("Retry-After", String.valueOf(seconds));
            exchange.sendResponseHeaders(429, -1);
        };
    }

    static Fault hang() {
        return exchange -> new java.util.concurrent.CountDownLatch(1).await(60, TimeUnit.SECONDS);
    }

    /** Closes the connection before the first byte. */
    static Fault closeWithoutResponse() {
        return exchange -> {};
    }

    /** A complete response. */
    static Fault answer(byte[] bytes) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** A response that breaks off after these bytes. */
    static Fault truncated(byte[] bytes) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            throw new IOException("broken off");
        };
    }

    // ---- requests

    List<Request> requests() {
        return requests;
    }

    long lists() {
        return requests.stream().filter(request -> !request.watch()).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = request(exchange);
        requests.add(request);
        try {
            Fault fault = fault(request);
            if (fault != null) {
                fault.answer(exchange);
            } else if (token != null && !request.authorization().equals("Bearer " + token)) {
                exchange.sendResponseHeaders(401, -1);
            } else if (!permitted || !selected(request)) {
                exchange.sendResponseHeaders(403, -1);
            } else if (request.watch()) {
                watch(exchange, request);
            } else {
                byte[] list = list();
                exchange.sendResponseHeaders(200, list.length);
                exchange.getResponseBody().write(list);
            }
            exchange.close();
        } catch (InterruptedException e) {
            exchange.close();
        }
    }

    private synchronized @Nullable Fault fault(Request request) {
        Fault once = request.watch() ? watchFaults.poll() : listFaults.poll();
        return once != null ? once : request.watch() ? everyWatch : everyList;
    }

    /** Whether RBAC allows the request to a client that may access one Secret by name. */
    static boolean selected(Request request) {
        return request.path().equals("/api/v1/namespaces/" + NAMESPACE + "/secrets")
                && SELECTOR.equals(request.query().get("fieldSelector"));
    }

    private synchronized byte[] list() {
        String items = secret == null ? "" : secret.replace("\"kind\":\"Secret\",", "");
        return ("{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\""
                        + revision
                        + "\"},\"items\":["
                        + items
                        + "]}\n")
                .getBytes(UTF_8);
    }

    private void watch(HttpExchange exchange, Request request)
            throws IOException, InterruptedException {
        BlockingQueue<Piece> watch = new LinkedBlockingQueue<>();
        long from = Long.parseLong(request.query().getOrDefault("resourceVersion", "0"));
        long seconds = Long.parseLong(request.query().getOrDefault("timeoutSeconds", "60"));
        synchronized (this) {
            if (from < compacted) {
                watch.add(new Piece(error(410), false, false));
                watch.add(END);
            }
            history.stream()
                    .filter(change -> change.revision() > from)
                    .forEach(change -> watch.add(change.line()));
            watches.add(watch);
        }
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.flush();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            while (true) {
                Piece piece = watch.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (piece != null && piece.broken) {
                    throw new IOException("broken off");
                }
                if (piece == null || piece.last) {
                    return;
                }
                out.write(piece.bytes);
                out.flush();
            }
        } finally {
            synchronized (this) {
                watches.remove(watch);
            }
        }
    }

    private static Request request(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(
                    pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        List<String> authorization =
                exchange.getRequestHeaders().getOrDefault("Authorization", List.of(""));
        return new Request(
                exchange.getRequestURI().getPath(),
                query,
                authorization.getFirst(),
                client(exchange),
                System.nanoTime());
    }

    /** The subject of the client certificate; empty without one. */
    private static String client(HttpExchange exchange) {
        try {
            return exchange instanceof HttpsExchange https
                    ? https.getSSLSession().getPeerPrincipal().getName()
                    : "";
        } catch (SSLPeerUnverifiedException e) {
            return "";
        }
    }
}
