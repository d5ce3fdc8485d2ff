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
 * Does work that every start needs, on a second core, while the main thread starts the guard. What
 * is ready by the time the main thread needs it costs the start nothing. The steps are in the order
 * in which they are needed.
 *
 * <p>JDK classes only: initialising library classes here could deadlock with the main thread's
 * class initialisation.
 */
public final class StartupWarmup {
    /**
     * Micronaut checks whether these annotations are repeatable, and Java generates a class for
     * each of these checks.
     */
    private static final List<Class<? extends Annotation>> ANNOTATIONS =
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

    /** Starts the work on a thread of its own and returns at once. */
    public static void begin() {
        Thread.ofPlatform().name("startup-warmup").daemon().start(StartupWarmup::run);
    }

    private static void run() {
        // media types have quality values; for these BigDecimal computes large powers of five
        var _ = BigDecimal.ONE;
        for (Class<? extends Annotation> annotation : ANNOTATIONS) {
            var _ = annotation.getAnnotation(Repeatable.class);
        }
        // the providers of digests and random numbers, for file revisions and fingerprints of
        // credentials
        var _ = new SecureRandom();
        // for the meters of the JVM
        ManagementFactory.getOperatingSystemMXBean();
        ManagementFactory.getGarbageCollectorMXBeans();
        // Micronaut creates a JFR event for each request that it serves; the first request,
        // /healthz, would wait for the set-up of JFR, which takes a tenth of the whole start
        var _ = new StartupWarmupEvent().isEnabled();
    }

    /** The first JFR event of the process; it is never recorded. */
    @Name("dev.forwardguard.StartupWarmup")
    @Label("Startup warm-up")
    private static final class StartupWarmupEvent extends Event {}
}
