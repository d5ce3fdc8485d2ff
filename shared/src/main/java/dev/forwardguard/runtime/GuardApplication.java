package dev.forwardguard.runtime;

import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.startup.StartupWarmup;
import dev.forwardguard.telemetry.Logging;

import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.Micronaut;
import io.micronaut.runtime.server.EmbeddedServer;

import org.slf4j.LoggerFactory;

import java.security.Security;

/**
 * Starts a guard: completely, or not at all with one readable log line. Micronaut's own {@code run}
 * would end the process with a stack trace first.
 */
public final class GuardApplication {
    private GuardApplication() {}

    /**
     * Starts the guard and returns. Ends the process with status 1 if it cannot start.
     *
     * @param main the class with the guard's {@code main} method
     */
    public static void run(Class<?> main, String... arguments) {
        Shutdown shutdown = null;
        try {
            // the guard caches and refreshes addresses itself; Java's own cache would keep the
            // address of a dead pod for 30 s
            Security.setProperty("networkaddress.cache.ttl", "0");
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
            StartupWarmup.begin();
            shutdown = Shutdown.installed();
            Logging.check();
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
