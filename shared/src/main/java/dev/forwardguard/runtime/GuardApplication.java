package dev.forwardguard.runtime;

import dev.forwardguard.guard.GuardProfile;
import dev.forwardguard.startup.StartupWarmup;
import dev.forwardguard.telemetry.Logging;

import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.Micronaut;
import io.micronaut.runtime.server.EmbeddedServer;

import org.slf4j.Logger;
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
        // the guard caches and refreshes addresses itself; Java's own cache would keep the address
        // of a dead pod for 30 s
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        StartupWarmup.begin();
        Logger log = LoggerFactory.getLogger(main);
        Shutdown shutdown = Shutdown.installed();
        try {
            Logging.check();
            start(main, arguments, log, shutdown);
        } catch (RuntimeException e) {
            shutdown.ends();
            log.error("Cannot start: {}", reason(e));
            System.exit(1);
        }
    }

    private static void start(Class<?> main, String[] arguments, Logger log, Shutdown shutdown) {
        ApplicationContext context =
                Micronaut.build(arguments)
                        .mainClass(main)
                        .banner(false)
                        .eagerInitConfiguration(true)
                        .build()
                        .start();
        EmbeddedServer server = context.getBean(EmbeddedServer.class);
        server.start();
        GuardProfile profile = context.getBean(GuardProfile.class);
        shutdown.watch(context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup());
        shutdown.serves(
                context.getBean(Drain.class), () -> profile.settings().drainDelay(), server::stop);
        log.atInfo().addKeyValue("address", server.getURL()).log("Started");
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return failure instanceof ServerStartupException
                ? failure.getMessage() + ": " + message
                : message;
    }
}
