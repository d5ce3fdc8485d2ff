package dev.forwardguard.startup;

import io.micronaut.context.annotation.Executable;
import io.micronaut.context.annotation.Parallel;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Filter;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.management.endpoint.annotation.Endpoint;
import io.micronaut.scheduling.annotation.Scheduled;

import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

import java.lang.annotation.Annotation;
import java.lang.annotation.Repeatable;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.util.List;

/**
 * Work that every start needs sooner or later, done on a second core from the first moment on: what
 * is ready when the start comes to it has cost it nothing. In the order in which it is needed.
 *
 * <p>Only what is Java's own. Classes of others might need one that the start just sets up, and it
 * one of them: then both would wait for ever.
 */
public final class StartupWarmup {
    /** Micronaut asks whether these are repeatable, and Java makes a class to answer each time. */
    private static final List<Class<? extends Annotation>> ASKED =
            List.of(
                    Executable.class,
                    Scheduled.class,
                    Parallel.class,
                    Controller.class,
                    Endpoint.class,
                    Filter.class,
                    ServerFilter.class,
                    Requires.class,
                    RequestFilter.class,
                    ResponseFilter.class);

    private StartupWarmup() {}

    /** Begins, and returns at once. */
    public static void begin() {
        Thread.ofPlatform().name("head-start").daemon().start(StartupWarmup::run);
    }

    private static void run() {
        // media types have qualities, for which large powers of five are computed
        var _ = BigDecimal.ONE;
        for (Class<? extends Annotation> annotation : ASKED) {
            var _ = annotation.getAnnotation(Repeatable.class);
        }
        // the providers of digests and random numbers, for revisions of files and keys of logins
        var _ = new SecureRandom();
        // meters of the JVM
        ManagementFactory.getOperatingSystemMXBean();
        ManagementFactory.getGarbageCollectorMXBeans();
        // Micronaut has an event for each request that it serves; the first one, /healthz, would
        // wait until Java has set up what an event needs, a tenth of the whole start
        var _ = new StartupWarmupEvent().isEnabled();
    }

    /** The first event of the process, never recorded. */
    @Name("dev.forwardguard.StartupWarmup")
    @Label("Startup warm-up")
    private static final class StartupWarmupEvent extends Event {}
}
