package dev.forwardguard.runtime;

import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.ApplicationContextConfigurer;
import io.micronaut.context.annotation.ContextConfigurer;
import io.micronaut.context.env.PropertySource;

import java.util.HashMap;
import java.util.Map;

/**
 * The Micronaut configuration of both guards, which every other source of configuration overrides.
 * It is in code, because two modules cannot both have an {@code application.yml}.
 */
@ContextConfigurer
public final class ServerDefaults implements ApplicationContextConfigurer {
    private static final int BELOW_EVERYTHING = -1000;

    @Override
    public void configure(ApplicationContextBuilder builder) {
        Map<String, Object> defaults = new HashMap<>();
        server(defaults);
        management(defaults);
        metrics(defaults);
        timer(defaults);
        builder.propertySources(PropertySource.of("forward-guard", defaults, BELOW_EVERYTHING));
    }

    private static void server(Map<String, Object> defaults) {
        defaults.put("micronaut.server.host", "${guard.host:0.0.0.0}");
        // the guard's own sweep closes idle connections, without three timers for each of them
        defaults.put("micronaut.server.idle-timeout", "-1s");
        // a verdict goes back unchanged
        defaults.put("micronaut.server.date-header", false);
        defaults.put("micronaut.server.netty.compression-threshold", -1);
        defaults.put("micronaut.server.netty.request-decompression-enabled", false);
        defaults.put("micronaut.server.netty.keep-alive-on-server-error", true);
        // browsers accumulate one session cookie per application
        defaults.put("micronaut.server.netty.max-header-size", 256 * 1024);
        defaults.put("micronaut.server.netty.max-initial-line-length", 64 * 1024);
        // bodies are streamed or dropped, never aggregated
        defaults.put("micronaut.server.max-request-size", 1L << 30);
        // Netty's epoll on Linux saves up to a seventh of the CPU time per auth request and a fifth
        // per new connection; on other systems Java's NIO is used
        defaults.put("micronaut.netty.event-loops.default.prefer-native-transport", true);
        // the event loops that serve connections also accept them: a thread of its own would have
        // to be woken up for each one
        defaults.put("micronaut.server.netty.parent.event-loop-group", "default");
        // a request needs little CPU time, so more event loops only cost memory on large nodes
        defaults.put(
                "micronaut.netty.event-loops.default.num-threads",
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4));
    }

    private static void management(Map<String, Object> defaults) {
        defaults.put("endpoints.all.port", "${guard.management-port:8081}");
        defaults.put("endpoints.all.enabled", false);
        for (String endpoint : new String[] {"health", "prometheus", "status"}) {
            defaults.put("endpoints." + endpoint + ".enabled", true);
            defaults.put("endpoints." + endpoint + ".sensitive", false);
        }
        defaults.put("endpoints.health.details-visible", "ANONYMOUS");
        defaults.put("endpoints.health.disk-space.enabled", false);
        defaults.put("endpoints.health.discovery-client.enabled", false);
    }

    /**
     * One thread for everything that is due some time, because a second one costs as much; and
     * nothing of Micronaut's that is due each minute to ask itself whether it is well.
     */
    private static void timer(Map<String, Object> defaults) {
        defaults.put("micronaut.health.monitor.enabled", false);
        defaults.put("micronaut.executors.scheduled.type", "scheduled");
        defaults.put("micronaut.executors.scheduled.core-pool-size", 1);
    }

    private static void metrics(Map<String, Object> defaults) {
        defaults.put("micronaut.metrics.export.prometheus.enabled", true);
        defaults.put("micronaut.metrics.export.prometheus.descriptions", true);
        // off: per request and per URI, which no metric here may be
        for (String binder : new String[] {"web", "executor", "logback", "files"}) {
            defaults.put("micronaut.metrics.binders." + binder + ".enabled", false);
        }
    }
}
