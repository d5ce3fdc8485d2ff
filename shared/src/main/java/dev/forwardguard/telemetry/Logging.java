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
 * What is logged, and where to. Logback finds it as a service; an XML file would say the same, and
 * cost 500 classes for reading it. Without a rank, which is for choosing among several: reading an
 * annotation costs 5 ms of the start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String VARIABLE = "GUARD_LOG_LEVEL";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        // else Logback would set up dates and time zones, to say what went wrong in here: 10 ms
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
        // not the root: other people's debug lines have headers in them
        Level level = level(System.getenv(VARIABLE));
        context.getLogger("dev.forwardguard").setLevel(level == null ? Level.INFO : level);
        // would say that a port is taken before GuardApplication says it
        context.getLogger("io.micronaut.http.server.netty.NettyHttpServer").setLevel(Level.OFF);
        // a line and a stack trace for each answer that breaks off in the pass-through
        context.getLogger("io.micronaut.http.server.netty.handler.PipeliningServerHandler")
                .setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Refuses a level that there is none of, once there is somebody to tell.
     *
     * @throws IllegalArgumentException naming the variable
     */
    public static void check() {
        String wanted = System.getenv(VARIABLE);
        if (level(wanted) == null) {
            throw new IllegalArgumentException(
                    VARIABLE + " must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF: " + wanted);
        }
    }

    /** Null if there is no such level. */
    private static @Nullable Level level(@Nullable String wanted) {
        return wanted == null || wanted.isEmpty() ? Level.INFO : Level.toLevel(wanted, null);
    }
}
