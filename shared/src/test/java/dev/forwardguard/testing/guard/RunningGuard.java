package dev.forwardguard.testing.guard;

import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.server.EmbeddedServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The guard that is on the class path, started as in production: it reads its settings and users
 * from files. Only the ports are random, and it reads nothing outside its own directory.
 */
public final class RunningGuard implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final String MANAGEMENT_PORT = "endpoints.all.port";

    private final GuardFiles files;
    private final ApplicationContext context;
    private final RawHttp http;
    private final RawHttp management;

    private RunningGuard(GuardFiles files, ApplicationContext context, int port) {
        this.files = files;
        this.context = context;
        this.http = RawHttp.to(port);
        this.management = RawHttp.to(context.getRequiredProperty(MANAGEMENT_PORT, Integer.class));
    }

    /** Starts with this {@code guard.yml} and no htpasswd file. */
    public static RunningGuard start(String settings) {
        return start(GuardFiles.with(settings), Map.of());
    }

    /** Starts with this {@code guard.yml} and this htpasswd file. */
    public static RunningGuard start(String settings, String htpasswd) {
        return start(GuardFiles.with(settings).htpasswd(htpasswd), Map.of());
    }

    /** Starts with a {@link ScriptedUpstream} instead of the real one. */
    public static RunningGuard scripted(String settings, String htpasswd) {
        return scripted(GuardFiles.with(settings).htpasswd(htpasswd));
    }

    /** Starts with a {@link ScriptedUpstream} instead of the real one. */
    public static RunningGuard scripted(GuardFiles files) {
        return start(files, Map.of(ScriptedUpstream.PROPERTY, true));
    }

    /** Starts with these files and some properties of Micronaut. */
    public static RunningGuard start(GuardFiles files, Map<String, Object> properties) {
        for (int attempt = 1; ; attempt++) {
            Map<String, Object> all = new HashMap<>(properties(files));
            all.putAll(properties);
            ApplicationContext context =
                    ApplicationContext.builder(all).eagerInitConfiguration(true).build();
            try {
                int port = context.start().getBean(EmbeddedServer.class).start().getPort();
                return new RunningGuard(files, context, port);
            } catch (ServerStartupException e) {
                context.close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (RuntimeException e) {
                context.close();
                throw e;
            }
        }
    }

    /** The properties that start a guard with these files and on random ports. */
    static Map<String, String> properties(GuardFiles files) {
        return Map.of(
                "guard.settings.file",
                files.settings().toString(),
                "guard.settings.override-file",
                files.override().toString(),
                "guard.htpasswd.file",
                files.htpasswd().toString(),
                "micronaut.server.host",
                "127.0.0.1",
                "micronaut.server.port",
                "-1",
                MANAGEMENT_PORT,
                Integer.toString(freePort()));
    }

    /** A client of the main port, to which Traefik sends auth requests. */
    public RawHttp http() {
        return http;
    }

    /** A client of the management port. */
    public RawHttp management() {
        return management;
    }

    /** What is at {@code /status}, which is always as its schema says. */
    public String status() throws IOException {
        String status = management.ask(RawRequest.get("/status")).body();
        StatusSchema.assertValid(status);
        return status;
    }

    /** The files it follows. */
    public GuardFiles files() {
        return files;
    }

    /** A bean of the guard. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The upstream of a guard that was started {@link #scripted}. */
    public ScriptedUpstream upstream() {
        return bean(ScriptedUpstream.class);
    }

    /** The fallbacks that the guard has counted so far. */
    public FallbackCounters fallbacks() {
        return FallbackCounters.of(bean(MeterRegistry.class));
    }

    @Override
    public void close() {
        context.close();
        files.delete();
    }

    /**
     * A random management port could not be queried after the start. This one is outside the range
     * that Linux uses for outgoing connections, so it is unlikely to be taken in the meantime.
     */
    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (var socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                return socket.getLocalPort();
            } catch (IOException _) {
                // taken: try another one
            }
        }
    }
}
