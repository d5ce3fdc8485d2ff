package dev.forwardguard.servers;

import dev.forwardguard.testing.ClockFile;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A guard that runs from its jar, with the JVM flags of its image, so with the memory that it has
 * in a pod, and with its own {@code guard.yml}.
 */
public final class GuardProcess implements AutoCloseable {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final String name;
    private final Path directory;
    private final int port;
    private final int managementPort = Loopback.freePort();
    private final Map<String, String> variables;
    private final List<String> launcher;
    private final String startUp;
    private final @Nullable ClockFile clock;
    private ChildProcess process;

    private GuardProcess(String name, Path directory, int port, Map<String, String> variables) {
        this(name, directory, port, variables, List.of(), StartUp.of(name), null);
    }

    private GuardProcess(
            String name,
            Path directory,
            int port,
            Map<String, String> variables,
            List<String> launcher,
            String startUp,
            @Nullable ClockFile clock) {
        this.name = name;
        this.directory = directory;
        this.port = port;
        this.variables = variables;
        this.launcher = launcher;
        this.startUp = startUp;
        this.clock = clock;
        this.process = run();
    }

    /** As in the images, guards start with a cache of their classes. */
    private static final class StartUp {
        private static final Duration PATIENCE = Duration.ofMinutes(2);
        private static final Map<String, AotCache> CACHES = new ConcurrentHashMap<>();

        private StartUp() {}

        /** The option of the JVM. */
        static String of(String guard) {
            return CACHES.computeIfAbsent(
                            guard, name -> AotCache.record(name, each -> train(name, each)))
                    .used();
        }

        private static void train(String name, Path directory) {
            write(directory.resolve(name + ".yml"), withoutDrainDelay(""));
            int port = Loopback.freePort();
            String option = AotCache.recorded(directory);
            try (var guard =
                    new GuardProcess(name, directory, port, Map.of(), List.of(), option, null)) {
                guard.awaitHealthy();
                get(guard.managementPort, "/prometheus");
                guard.process.terminate();
                guard.process.awaitExit(PATIENCE);
            }
        }
    }

    /** Starts a guard; {@link #awaitHealthy} waits until it serves. */
    public static GuardProcess start(
            String name, Path directory, String settings, String htpasswd) {
        return start(name, directory, settings, htpasswd, Loopback.freePort());
    }

    /** Starts a guard on this port. */
    public static GuardProcess start(
            String name, Path directory, String settings, String htpasswd, int port) {
        return start(name, directory, settings, htpasswd, port, List.of());
    }

    /**
     * Starts a guard by means of another program.
     *
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    public static GuardProcess start(
            String name,
            Path directory,
            String settings,
            String htpasswd,
            int port,
            List<String> launcher) {
        return start(name, directory, settings, htpasswd, port, launcher, null);
    }

    /** Starts a guard whose monotonic clock a test moves. */
    public static GuardProcess start(
            String name, Path directory, String settings, String htpasswd, ClockFile clock) {
        int port = Loopback.freePort();
        return start(name, directory, settings, htpasswd, port, List.of(), clock);
    }

    private static GuardProcess start(
            String name,
            Path directory,
            String settings,
            String htpasswd,
            int port,
            List<String> launcher,
            @Nullable ClockFile clock) {
        write(directory.resolve(name + ".yml"), withoutDrainDelay(settings));
        Path users = directory.resolve("htpasswd");
        write(users, htpasswd);
        Map<String, String> variables = Map.of("GUARD_HTPASSWD_FILE", users.toString());
        String startUp = StartUp.of(name);
        return new GuardProcess(name, directory, port, variables, launcher, startUp, clock);
    }

    /** Starts a guard that follows a Secret but cannot reach any API server. */
    public static GuardProcess startWithSecret(String name, Path directory, String settings) {
        Map<String, String> variables =
                Map.of(
                        "GUARD_HTPASSWD_SOURCE",
                        "secret",
                        "KUBECONFIG",
                        directory.resolve("no-kubeconfig").toString());
        return startWith(name, directory, settings, variables);
    }

    /** Starts a guard with these variables in its environment. */
    public static GuardProcess startWith(
            String name, Path directory, String settings, Map<String, String> variables) {
        write(directory.resolve(name + ".yml"), withoutDrainDelay(settings));
        return new GuardProcess(name, directory, Loopback.freePort(), variables);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds {@code drain-delay: 0s}: there is no load balancer in tests that needs the delay. */
    private static String withoutDrainDelay(String settings) {
        return settings.contains("drain-delay") ? settings : settings + "\ndrain-delay: 0s\n";
    }

    private ChildProcess run() {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("GUARD_HOST", "127.0.0.1");
        environment.put("GUARD_PORT", String.valueOf(port));
        environment.put("GUARD_MANAGEMENT_PORT", String.valueOf(managementPort));
        environment.put("GUARD_SETTINGS_FILE", directory.resolve(name + ".yml").toString());
        Path jar = Repository.jarOf(name);
        List<String> command = new ArrayList<>(launcher);
        command.add(JAVA);
        Repository.jvmOptions(name).forEach(file -> command.add("@" + file));
        command.add(startUp);
        if (clock == null) {
            command.addAll(List.of("-jar", jar.toString()));
        } else {
            command.addAll(movable(jar, clock));
        }
        return ChildProcess.start(directory.resolve(name + ".log"), environment, command);
    }

    /** With the classes of the tests behind its own, because one of them is the clock. */
    private static List<String> movable(Path jar, ClockFile clock) {
        try (var guard = new JarFile(jar.toFile())) {
            URI tests = ClockFile.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            return List.of(
                    "-D" + ClockFile.PROPERTY + "=" + clock.path(),
                    "-cp",
                    jar + File.pathSeparator + Path.of(tests),
                    guard.getManifest().getMainAttributes().getValue("Main-Class"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new LinkageError("the classes are not as expected", e);
        }
    }

    public int port() {
        return port;
    }

    public int managementPort() {
        return managementPort;
    }

    public ChildProcess process() {
        return process;
    }

    /** Waits until it answers {@code /healthz}. */
    public void awaitHealthy() {
        process.awaitListening(port);
        try {
            process.await("answer at /healthz", () -> get(port, "/healthz").startsWith("ok"));
        } catch (UncheckedIOException e) {
            throw new AssertionError("no answer at /healthz:\n" + process.output(), e);
        }
    }

    /** Starts the guard again with the same ports and settings. */
    public void restart() {
        process = run();
        awaitHealthy();
    }

    /** The value of {@code guard_fallback_total} for one reason and outcome. */
    public double fallbacks(String reason, String outcome) {
        return counter("guard_fallback_total", "reason=\"" + reason, "outcome=\"" + outcome);
    }

    /** The value of {@code guard_emergency_login_total} for one result. */
    public double logins(String result) {
        return counter("guard_emergency_login_total", "result=\"" + result);
    }

    private double counter(String name, String... labels) {
        var line =
                Pattern.compile("(?m)^" + name + "\\{(.*)} (\\S+)$")
                        .matcher(get(managementPort, "/prometheus"));
        while (line.find()) {
            if (Stream.of(labels).allMatch(label -> line.group(1).contains(label + '"'))) {
                return Double.parseDouble(line.group(2));
            }
        }
        throw new AssertionError("no " + name + " of " + List.of(labels));
    }

    /** Changes its settings while it runs. */
    public void settings(String settings) {
        write(directory.resolve(name + ".yml"), withoutDrainDelay(settings));
    }

    /** Changes its users while it runs. */
    public void htpasswd(String htpasswd) {
        write(directory.resolve("htpasswd"), htpasswd);
    }

    private static String get(int port, String uri) {
        try {
            return RawHttp.to(port).ask(RawRequest.get(uri)).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
