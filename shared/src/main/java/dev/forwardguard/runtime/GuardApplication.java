package dev.forwardguard.runtime;

import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.startup.StartupWarmup;
import dev.forwardguard.telemetry.BuildInfo;
import dev.forwardguard.telemetry.Logging;

import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.Micronaut;
import io.micronaut.runtime.server.EmbeddedServer;

import org.slf4j.LoggerFactory;

import java.security.Security;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Starts a guard: completely, or not at all with one readable log line. Micronaut's own {@code run}
 * would end the process with a stack trace first.
 */
public final class GuardApplication {
    private GuardApplication() {}

    /**
     * Starts the guard and returns. Ends the process with status 1 if it cannot start, and also if
     * the arguments ask for something else, as {@link CommandLine} has it.
     *
     * @param main the class with the guard's {@code main} method
     * @param settings creates the guard's settings with their defaults
     */
    public static void run(Class<?> main, Supplier<LiveSettings<?>> settings, String... arguments) {
        OptionalInt done = CommandLine.run(List.of(arguments), settings, System.out);
        if (done.isPresent()) {
            System.exit(done.getAsInt());
        }
        Shutdown shutdown = null;
        try {
            // the guard caches and refreshes addresses itself; Java's own cache would keep the
            // address of a dead pod for 30 s
            Security.setProperty("networkaddress.cache.ttl", "0");
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
            StartupWarmup.begin();
            shutdown = Shutdown.installed();
            Logging.check();
            BuildInfo build = BuildInfo.read();
            LoggerFactory.getLogger(main)
                    .atInfo()
                    .addKeyValue("version", build.version())
                    .addKeyValue("revision", build.revision())
                    .log("Starting");
            start(main, arguments, shutdown);
        } catch (Throwable e) {
            // an Error, too: a class that is missing would leave threads that keep a process
            // running which serves nobody
            try {
                if (shutdown != null) {
                    shutdown.ends();
                }
                LoggerFactory.getLogger(main).error("Cannot start: {}", reason(e));
            } finally {
                System.exit(1);
            }
        }
    }

    private static void start(Class<?> main, String[] arguments, Shutdown shutdown) {
        ApplicationContext context =
                Micronaut.build(arguments)
                        .mainClass(main)
                        .banner(false)
                        .eagerInitConfiguration(true)
                        .build()
                        .start();
        EmbeddedServer server = context.getBean(EmbeddedServer.class);
        server.start();
        LiveSettings<?> settings = context.getBean(LiveSettings.class);
        shutdown.watch(context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup());
        shutdown.serves(
                context.getBean(Drain.class), () -> settings.common().drainDelay(), server::stop);
        LoggerFactory.getLogger(main)
                .atInfo()
                .addKeyValue("address", server.getURL())
                .log("Started");
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        // of a class that is missing, the message is only the name
        boolean unclear =
                cause instanceof Error
                        || cause instanceof ReflectiveOperationException
                        || cause.getMessage() == null;
        String message = unclear ? cause.toString() : String.valueOf(cause.getMessage());
        return failure instanceof ServerStartupException
                ? failure.getMessage() + ": " + message
                : message;
    }
}
