import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes the AOT cache of a guard: runs it as the image will, exercises it (verdicts, outages of
 * each kind, logins, a rotated Secret, requests of Kubernetes and Prometheus) and stops it. On exit
 * the JVM records which classes it loaded.
 *
 * <p>Usage: {@code java Training.java GUARD CACHE STAND_INS JAVA... -jar JAR}: which guard, the
 * file to write, {@code StandIns.java}, and the command that runs the guard.
 */
class Training {
    private static final String VISITOR = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
    private static final Duration LOAD = Duration.ofSeconds(6);
    private static final int AT_ONCE = 16;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String guard;
    private final Path cache;
    private final Path directory = Files.createTempDirectory("training");
    private final int port = freePort();
    private final int managementPort = freePort();
    private final int poisonFountainPort = freePort();
    private final int outpostPort = freePort();
    private final int controlPort = freePort();

    private Training(String guard, Path cache) throws IOException {
        this.guard = guard;
        this.cache = cache;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5) {
            System.err.println("usage: java Training.java GUARD CACHE STAND_INS JAVA... -jar JAR");
            System.exit(2);
        }
        List<String> command = Arrays.asList(arguments).subList(3, arguments.length);
        new Training(arguments[0], Path.of(arguments[1])).run(arguments[2], command);
        System.exit(0);
    }

    private void run(String standIns, List<String> command) throws Exception {
        Process upstreams =
                start(
                        "stand-ins",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                standIns,
                                String.valueOf(poisonFountainPort),
                                String.valueOf(outpostPort),
                                String.valueOf(controlPort)),
                        Map.of());
        await(upstreams, "http://127.0.0.1:" + controlPort + "/");
        try (ApiServer api = authentik() ? new ApiServer(directory, 0) : null) {
            Process running = start(guard, command(command), environment(api));
            try {
                await(running, url("/healthz"));
                train();
            } finally {
                running.destroy();
            }
            if (!running.waitFor(180, TimeUnit.SECONDS) || Files.notExists(cache)) {
                running.destroyForcibly();
                throw failure("no AOT cache was written");
            }
            System.out.println(cache + ": " + Files.size(cache) / 1_000_000 + " MB");
        } finally {
            upstreams.destroy();
        }
    }

    private boolean authentik() {
        return guard.equals("authentik-guard");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    // --- Processes ------------------------------------------------------------------------------

    private List<String> command(List<String> java) {
        List<String> command = new ArrayList<>(java);
        // Before -jar and after the other flags, so that these win. Without a cache all classes are
        // in the metaspace, and the cache is assembled in a space of that size.
        int jar = command.indexOf("-jar");
        // No profiles: they take 4 MB, and neither the start nor the warm-up is faster with them.
        command.addAll(
                jar,
                List.of(
                        "-XX:MaxMetaspaceSize=512m",
                        "-XX:-AOTRecordTraining",
                        "-XX:AOTCacheOutput=" + cache));
        return command;
    }

    private Map<String, String> environment(ApiServer api) throws IOException {
        Path settings = directory.resolve("guard.yml");
        Files.writeString(
                settings,
                "mode: auto\nupstream:\n  deadline: 1s\n  url: http://127.0.0.1:"
                        + (authentik() ? outpostPort : poisonFountainPort)
                        + "\n");
        var environment = new HashMap<String, String>();
        environment.put("GUARD_HOST", "127.0.0.1");
        environment.put("GUARD_PORT", String.valueOf(port));
        environment.put("GUARD_MANAGEMENT_PORT", String.valueOf(managementPort));
        environment.put("GUARD_SETTINGS_FILE", settings.toString());
        // Flags of the JVM that assembles the cache. Its compilers would put unused profiles of
        // their own work into the cache. Call adapters, half a megabyte, are generated as fast as
        // they are read.
        environment.put(
                "JDK_AOT_VM_OPTIONS",
                "-Xint -XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching");
        if (api != null) {
            environment.putAll(api.environment());
        }
        return environment;
    }

    private Process start(String name, List<String> command, Map<String, String> environment)
            throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(directory.resolve(name + ".log").toFile());
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private void await(Process process, String url) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                if (status(HttpRequest.newBuilder(URI.create(url))) == 200) {
                    return;
                }
            } catch (IOException notYet) {
                Thread.sleep(50);
            }
        }
        throw failure(url + " does not answer");
    }

    private IllegalStateException failure(String message) throws IOException {
        var text = new StringBuilder(message + "\n");
        try (var logs = Files.newDirectoryStream(directory, "*.log")) {
            for (Path log : logs) {
                List<String> lines = Files.readAllLines(log);
                text.append(log.getFileName()).append(":\n");
                lines.subList(Math.max(0, lines.size() - 20), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return new IllegalStateException(text.toString());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    // --- The workload ---------------------------------------------------------------------------

    private void train() throws Exception {
        expect(200, authentik() ? session() : visitor());
        expect(authentik() ? 302 : 403, authentik() ? visitor() : crawler());
        load(authentik() ? session() : visitor());
        operate();
        for (String outage :
                List.of("refused", "503", "reset", "truncated", "drip", "hang", "healthy")) {
            upstreams(outage);
            for (int i = 0; i < 8; i++) {
                status(visitor());
                status(crawler());
            }
            if (authentik()) {
                status(login("training:wrong"));
                status(login("training:right"));
            }
        }
        Thread.sleep(3_000); // time for a probe to half-open the circuit
        load(authentik() ? session() : visitor());
        operate();
    }

    private void upstreams(String behaviour) throws Exception {
        for (String upstream : List.of("poison-fountain", "outpost")) {
            URI control =
                    URI.create(
                            "http://127.0.0.1:" + controlPort + "/" + upstream + "/" + behaviour);
            status(HttpRequest.newBuilder(control).PUT(HttpRequest.BodyPublishers.noBody()));
        }
    }

    private HttpRequest.Builder visitor() {
        String path = authentik() ? "/outpost.goauthentik.io/auth/traefik" : "/auth";
        return HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(Duration.ofSeconds(10))
                .header("User-Agent", VISITOR)
                .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                .header("Accept-Language", "en,de;q=0.5")
                .header("Accept-Encoding", "gzip, br")
                .header("X-Forwarded-For", "203.0.113.7")
                .header("X-Forwarded-Host", "app.example.com")
                .header("X-Forwarded-Method", "GET")
                .header("X-Forwarded-Port", "443")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Uri", "/page?x=1")
                .header("X-Real-Ip", "203.0.113.7")
                .header("Cookie", "theme=dark; tracking=" + "x".repeat(1_400));
    }

    private HttpRequest.Builder crawler() {
        return visitor().setHeader("User-Agent", "GPTBot/1.2");
    }

    private HttpRequest.Builder session() {
        return visitor().setHeader("Cookie", "authentik_proxy_session=" + "x".repeat(1_400));
    }

    private HttpRequest.Builder login(String credentials) {
        byte[] bytes = credentials.getBytes(StandardCharsets.UTF_8);
        return visitor()
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
    }

    /** Requests of Kubernetes, Prometheus and operators, and for a page of the outpost. */
    private void operate() throws Exception {
        for (int i = 0; i < 20; i++) {
            for (String path :
                    List.of("/health/liveness", "/health/readiness", "/prometheus", "/status")) {
                URI uri = URI.create("http://127.0.0.1:" + managementPort + path);
                status(HttpRequest.newBuilder(uri));
            }
            status(HttpRequest.newBuilder(URI.create(url("/healthz"))));
            status(HttpRequest.newBuilder(URI.create(url("/outpost.goauthentik.io/start"))));
        }
    }

    private void load(HttpRequest.Builder request) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            long end = System.nanoTime() + LOAD.toNanos();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(
                        threads.submit(
                                () -> {
                                    while (System.nanoTime() < end) {
                                        status(request.copy());
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : all) {
                each.get(120, TimeUnit.SECONDS);
            }
        }
    }

    private int status(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private void expect(int status, HttpRequest.Builder request) throws Exception {
        int got = status(request);
        if (got != status) {
            throw failure("expected " + status + " and got " + got);
        }
    }
}
