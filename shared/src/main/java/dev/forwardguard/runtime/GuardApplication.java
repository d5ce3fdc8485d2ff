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
 * How a guard starts: completely, or not at all with one readable line. Micronaut's own {@code run}
 * ends the process with a stack trace before anybody else can say a word.
 */
public final class GuardApplication {
    private GuardApplication() {}

    /**
     * Starts the guard and returns; ends the process with status 1 if it cannot start.
     *
     * @param main the class that the guard's {@code main} is in
     */
    public static void run(Class<?> main, String... arguments) {
        // addresses are kept and refreshed by the guard itself; Java's own cache would hold a dead
        // pod for 30 s
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        StartupWarmup.begin();
        Logger log = LoggerFactory.getLogger(main);
        Shutdown termination = Shutdown.installed();
        try {
            Logging.check();
            start(main, arguments, log, termination);
        } catch (RuntimeException e) {
            termination.ends();
            log.error("Cannot start: {}", reason(e));
            System.exit(1);
        }
    }

    private static void start(Class<?> main, String[] arguments, Logger log, Shutdown termination) {
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
        termination.watch(context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup());
        termination.serves(
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
