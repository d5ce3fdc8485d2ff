package dev.forwardguard.edge.etcd;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.micronaut.json.JsonMapper;
import io.micronaut.json.tree.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A JSON gateway that answers as etcd does, and fails as it is told to. Stricter than etcd, which
 * ignores fields that it does not know.
 */
public final class FakeEtcd implements AutoCloseable {
    /** What happens to the next request of a path. */
    public sealed interface Fault {
        /** It is answered like this. */
        record Answers(int status, String json) implements Fault {}

        /** Something else happens first; then it arrives, but its answer is lost. */
        record LosesAnswer(Runnable event) implements Fault {
            public LosesAnswer() {
                this(() -> {});
            }
        }

        /** It is never looked at, and the connection stays open. */
        record Hangs() implements Fault {}

        /** Something else happens first. */
        record Before(Runnable event) implements Fault {}
    }

    private static final String LOGIN = "/v3/auth/authenticate";
    private static final String TOO_MANY =
            "{\"code\": 3, \"message\": \"etcdserver: too many operations in txn request\"}";

    private static final String WRONG_PASSWORD =
            "{\"code\": 3, \"message\": \"etcdserver: authentication failed, invalid user ID or password\"}";
    private static final String UNKNOWN_TOKEN =
            "{\"code\": 16, \"message\": \"etcdserver: invalid auth token\"}";

    private record Planned(String path, Fault fault) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Planned> planned = new ConcurrentLinkedDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private volatile String password = "";
    private final CountDownLatch end = new CountDownLatch(1);
    private final FakeKeys keys;

    public FakeEtcd() {
        this(new FakeKeys());
    }

    /** Another member with the same database. */
    public FakeEtcd(FakeKeys keys) {
        this.keys = keys;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public FakeKeys keys() {
        return keys;
    }

    /** Plans a fault for the next request of a path; several for one path happen in their order. */
    public void plan(String path, Fault fault) {
        planned.add(new Planned(path, fault));
    }

    /** From now on this is the only password, and tokens are those of logins with it. */
    public void changePassword(String only) {
        tokens.clear();
        password = only;
    }

    private boolean isAllowed(HttpExchange exchange, String path, byte[] body) throws IOException {
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        if (password.isEmpty() || path.equals("/version")) {
            return true;
        }
        boolean isLogin = path.equals(LOGIN);
        boolean isAllowed =
                isLogin
                        ? Json.text(json(body), "password").equals(password)
                        : token != null && tokens.contains(token);
        if (!isAllowed) {
            send(exchange, isLogin ? 400 : 401, isLogin ? WRONG_PASSWORD : UNKNOWN_TOKEN);
        }
        return isAllowed;
    }

    /** The paths and tokens of all requests, such as {@code /v3/kv/range token-1}. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            String token = exchange.getRequestHeaders().getFirst("Authorization");
            requests.add(path + (token == null ? "" : " " + token));
            if (isAllowed(exchange, path, body)) {
                answer(exchange, path, body);
            }
        }
    }

    private void answer(HttpExchange exchange, String path, byte[] body) throws IOException {
        switch (next(path)) {
            case Fault.Answers it -> send(exchange, it.status(), it.json());
            case Fault.Hangs _ -> hang();
            case Fault.LosesAnswer it -> {
                it.event().run();
                if (!path.equals("/v3/kv/txn") || !keys.isTooLarge(json(body))) {
                    answerOf(path, body); // closing without a status ends the connection
                }
            }
            case Fault.Before it -> {
                it.event().run();
                if (path.equals("/v3/kv/txn") && keys.isTooLarge(json(body))) {
                    send(exchange, 400, TOO_MANY);
                } else {
                    send(exchange, 200, answerOf(path, body));
                }
            }
        }
    }

    private Fault next(String path) {
        Optional<Planned> first =
                planned.stream().filter(each -> each.path().equals(path)).findFirst();
        first.ifPresent(planned::remove);
        return first.map(Planned::fault).orElse(new Fault.Before(() -> {}));
    }

    private void hang() {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private String answerOf(String path, byte[] body) throws IOException {
        if (path.equals("/version")) {
            return "{\"etcdserver\": \"3.7.3\"}";
        }
        JsonNode request = json(body);
        return switch (path) {
            case LOGIN -> "{\"token\": \"" + newToken() + "\"}";
            case "/v3/kv/range" -> keys.range(request);
            case "/v3/kv/txn" -> keys.txn(request);
            default -> throw new AssertionError("no such path: " + path);
        };
    }

    private String newToken() {
        String token = "token-" + requests.size();
        tokens.add(token);
        return token;
    }

    private static JsonNode json(byte[] body) throws IOException {
        return JsonMapper.createDefault().readValue(body, JsonNode.class);
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** Names of the fields of an object, for strict checks. */
    static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.entries().forEach(each -> names.add(each.getKey()));
        return names;
    }
}
