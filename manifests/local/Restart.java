import com.sun.net.httpserver.HttpServer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Restarts two guards behind haproxy in turn, under load. restart.sh explains the purpose.
 *
 * <p>Usage: {@code java Restart.java GUARD_JAR HAPROXY DIRECTORY ROUNDS RATE JAVA_FLAG...}
 */
class Restart {
    private static final String HOST = "127.0.0.1";
    private static final int VISITORS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration UNTIL_BALANCER_KNOWS = Duration.ofSeconds(2);
    private static final String ROW = "%5s  %5s  %6s  %8s  %8s  %8s  %8s  %10s%n";

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");
    private final Path jar;
    private final Path directory;
    private final List<String> java = new ArrayList<>();
    private final List<Process> others = new ArrayList<>();
    private final Map<String, Guard> guards = new LinkedHashMap<>();
    private final String path;
    private int balancer;
    private volatile boolean over;
    private boolean unclean;

    /** One of the two guards; keeps its ports across restarts. */
    private static final class Guard {
        private final int port = freePort();
        private final int managementPort = freePort();
        private Process process;
    }

    private Restart(Path jar, Path directory, List<String> flags) {
        this.jar = jar;
        this.directory = directory;
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(flags);
        path =
                jar.endsWith("bot-block-guard.jar")
                        ? "/auth"
                        : "/outpost.goauthentik.io/auth/traefik";
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5) {
            System.err.println(
                    "usage: Restart GUARD_JAR HAPROXY DIRECTORY ROUNDS RATE JAVA_FLAG...");
            System.exit(2);
        }
        List<String> flags = List.of(arguments).subList(5, arguments.length);
        var restart = new Restart(Path.of(arguments[0]), Path.of(arguments[2]), flags);
        Runtime.getRuntime().addShutdownHook(new Thread(restart::end));
        restart.startAll(arguments[1]);
        restart.play(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        System.exit(restart.failures.get() == 0 && !restart.unclean ? 0 : 1);
    }

    private void startAll(String haproxy) throws Exception {
        int upstream = startUpstream();
        Files.writeString(
                directory.resolve("guard.yml"),
                "upstream: {url: 'http://%s:%d'}%n".formatted(HOST, upstream));
        for (String name : List.of("a", "b")) {
            guards.put(name, new Guard());
            start(name);
        }
        for (Guard guard : guards.values()) {
            awaitReady(guard);
        }
        balancer = freePort();
        Path configuration = directory.resolve("haproxy.cfg");
        Files.writeString(configuration, balancerConfiguration());
        others.add(
                started("haproxy", new ProcessBuilder(haproxy, "-db", "-f", configuration + "")));
        Thread.sleep(UNTIL_BALANCER_KNOWS);
    }

    /** No retries, so that a request to a guard that has exited shows as a failure. */
    private String balancerConfiguration() {
        var servers = new StringBuilder();
        guards.forEach(
                (name, guard) ->
                        servers.append(
                                "  server %s %s:%d check port %d%n"
                                        .formatted(name, HOST, guard.port, guard.managementPort)));
        return """
        global
          maxconn 1000
        defaults
          mode http
          retries 0
          timeout check 5s
          timeout connect 2s
          timeout client 60s
          timeout server 30s
        frontend sites
          bind %s:%d
          default_backend guards
        backend guards
          balance roundrobin
          http-reuse aggressive
          option httpchk GET /health/readiness
          http-check expect status 200
          default-server inter 500ms fall 1 rise 1 pool-purge-delay 60s
        %s"""
                .formatted(HOST, balancer, servers);
    }

    /** Answers 200 or 403, and echoes the request's number so that responses can be matched. */
    private static int startUpstream() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(HOST, 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        String number = exchange.getRequestHeaders().getFirst("X-Number");
                        exchange.getResponseHeaders().set("X-Verdict", number);
                        exchange.sendResponseHeaders(statusFor(Long.parseLong(number)), -1);
                    }
                });
        server.start();
        return server.getAddress().getPort();
    }

    private static int statusFor(long number) {
        return number % 3 == 0 ? 403 : 200;
    }

    private void start(String name) throws IOException {
        Guard guard = guards.get(name);
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-jar", jar.toString()));
        var builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(
                        Map.of(
                                "GUARD_HOST",
                                HOST,
                                "GUARD_PORT",
                                "" + guard.port,
                                "GUARD_MANAGEMENT_PORT",
                                "" + guard.managementPort,
                                "GUARD_SETTINGS_FILE",
                                directory.resolve("guard.yml").toString()));
        guard.process = started(name, builder);
    }

    private Process started(String name, ProcessBuilder builder) throws IOException {
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
    }

    private void awaitReady(Guard guard) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        var ready =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://%s:%d/health/readiness"
                                                .formatted(HOST, guard.managementPort)))
                        .build();
        while (true) {
            try {
                if (client.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // not yet
            }
            if (System.nanoTime() > end || !guard.process.isAlive()) {
                throw new IllegalStateException("a guard does not start; logs: " + directory);
            }
            Thread.sleep(50);
        }
    }

    private void play(int rounds, int rate) throws Exception {
        long interval = TimeUnit.SECONDS.toNanos(1) * VISITORS / rate;
        List<Thread> visitors = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            long first = System.nanoTime() + interval * i / VISITORS;
            visitors.add(Thread.ofVirtual().start(() -> visit(first, interval)));
        }
        System.out.printf(
                ROW,
                "round",
                "guard",
                "status",
                "drained",
                "ready",
                "requests",
                "failures",
                "slowest");
        for (int round = 1; round <= rounds; round++) {
            for (String name : guards.keySet()) {
                restart(round, name);
            }
        }
        over = true;
        for (Thread visitor : visitors) {
            visitor.join();
        }
        System.out.printf(
                "%d requests, %d failures%s%n",
                requests.get(),
                failures.get(),
                failures.get() == 0 ? "" : "; the first one: " + firstFailure.get());
    }

    private void restart(int round, String name) throws Exception {
        Guard guard = guards.get(name);
        long requestsBefore = requests.get();
        long failuresBefore = failures.get();
        slowestNanos.set(0);
        long begin = System.nanoTime();
        guard.process.destroy(); // SIGTERM
        String status = "killed";
        if (guard.process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
            status = "" + guard.process.exitValue();
        }
        unclean |= !status.equals("0");
        long drained = System.nanoTime();
        guard.process.destroyForcibly();
        start(name);
        awaitReady(guard);
        long ready = System.nanoTime();
        Thread.sleep(UNTIL_BALANCER_KNOWS);
        System.out.printf(
                ROW,
                round,
                name,
                status,
                seconds(drained - begin),
                seconds(ready - drained),
                requests.get() - requestsBefore,
                failures.get() - failuresBefore,
                slowestNanos.get() / 1_000_000 + " ms");
    }

    private static String seconds(long nanos) {
        return "%.1f s".formatted(nanos / 1e9);
    }

    /** One visitor, with their own connection to the balancer. */
    private void visit(long first, long interval) {
        Socket socket = null;
        for (long due = first; !over; due += interval) {
            try {
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                if (socket == null) {
                    socket = new Socket(HOST, balancer);
                    socket.setSoTimeout((int) GRACE.toMillis());
                }
                ask(socket, requests.incrementAndGet());
            } catch (IOException | InterruptedException | RuntimeException e) {
                failures.incrementAndGet();
                firstFailure.compareAndSet("", e.toString());
                close(socket);
                socket = null;
            }
            slowestNanos.accumulateAndGet(System.nanoTime() - due, Math::max);
        }
        close(socket);
    }

    private void ask(Socket socket, long number) throws IOException {
        String request =
                "GET %s HTTP/1.1\r\nHost: guard\r\nX-Forwarded-Proto: https\r\nX-Number: %d\r\n\r\n"
                        .formatted(path, number);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        String head = head(new BufferedInputStream(socket.getInputStream(), 1));
        String lower = head.toLowerCase(Locale.ROOT);
        boolean right =
                head.startsWith("HTTP/1.1 " + statusFor(number) + " ")
                        && lower.contains("\r\nx-verdict: " + number + "\r\n")
                        && lower.contains("\r\ncontent-length: 0\r\n")
                        && !lower.contains("x-guard-fallback");
        if (!right) {
            throw new IOException("not the verdict for request " + number + ": " + head);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after " + head.length() + " bytes of a response");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void close(Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // already closed
        }
    }

    /** A free port below the range of ephemeral ports. */
    private static int freePort() {
        while (true) {
            int port = (int) (20_000 + Math.random() * 12_000);
            try (var free = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
                return free.getLocalPort();
            } catch (IOException e) {
                // in use: try another one
            }
        }
    }

    private void end() {
        others.forEach(Process::destroy);
        for (Guard guard : guards.values()) {
            if (guard.process != null) {
                guard.process.destroyForcibly();
            }
        }
    }
}
