package dev.forwardguard.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;

import org.jspecify.annotations.Nullable;

/**
 * Configures Logback: what is logged, and where. Logback finds this class as a service. An XML file
 * would do the same, but reading it needs 500 more classes. The class has no rank annotation, which
 * is only needed to choose among several: reading an annotation costs 5 ms of the start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String VARIABLE = "GUARD_LOG_LEVEL";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        // otherwise Logback sets up dates and time zones to report problems in here: 10 ms
        context.getStatusManager().add(new NopStatusListener());
        var encoder = new JsonLines();
        encoder.setContext(context);
        encoder.start();
        var stdout = new ConsoleAppender<ILoggingEvent>();
        stdout.setContext(context);
        stdout.setEncoder(encoder);
        stdout.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(stdout);
        // not for the root logger: debug lines of libraries contain headers
        Level level = level(System.getenv(VARIABLE));
        context.getLogger("dev.forwardguard").setLevel(level == null ? Level.INFO : level);
        // would log a port that is already in use before GuardApplication does
        context.getLogger("io.micronaut.http.server.netty.NettyHttpServer").setLevel(Level.OFF);
        // would log a line and a stack trace for each response of the pass-through that is cut off
        context.getLogger("io.micronaut.http.server.netty.handler.PipeliningServerHandler")
                .setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Checks the level in the environment. {@link #configure} uses INFO for an unknown one, because
     * the error cannot be logged at that time.
     *
     * @throws IllegalArgumentException if the level is unknown; the message names the variable
     */
    public static void check() {
        String wanted = System.getenv(VARIABLE);
        if (level(wanted) == null) {
            throw new IllegalArgumentException(
                    VARIABLE + " must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF: " + wanted);
        }
    }

    /** The level of this name, INFO if there is no name, null if the level is unknown. */
    private static @Nullable Level level(@Nullable String wanted) {
        return wanted == null || wanted.isEmpty() ? Level.INFO : Level.toLevel(wanted, null);
    }
}
