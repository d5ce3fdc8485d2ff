package dev.forwardguard.runtime;

import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.ApplicationContextConfigurer;
import io.micronaut.context.annotation.ContextConfigurer;
import io.micronaut.context.env.PropertySource;

import java.util.HashMap;
import java.util.Map;

/**
 * What both guards set in Micronaut, below every other source of configuration. In code and not in
 * a file, because two modules cannot have the same {@code application.yml}.
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
        builder.propertySources(PropertySource.of("forward-guard", defaults, BELOW_EVERYTHING));
    }

    private static void server(Map<String, Object> defaults) {
        defaults.put("micronaut.server.host", "${guard.host:0.0.0.0}");
        // longer than gateways keep idle connections (Traefik 90 s, nginx 60 s), so that they are
        // the ones who close them; a client that stops reading its answer is silent, too
        defaults.put("micronaut.server.idle-timeout", "2m");
        // a verdict goes back as it came
        defaults.put("micronaut.server.date-header", false);
        defaults.put("micronaut.server.netty.compression-threshold", -1);
        defaults.put("micronaut.server.netty.request-decompression-enabled", false);
        defaults.put("micronaut.server.netty.keep-alive-on-server-error", true);
        // browsers pile up one session cookie per application
        defaults.put("micronaut.server.netty.max-header-size", 256 * 1024);
        defaults.put("micronaut.server.netty.max-initial-line-length", 64 * 1024);
        // bodies are streamed or dropped, never collected
        defaults.put("micronaut.server.max-request-size", 1L << 30);
        // Netty's epoll on Linux, with which a question costs up to a seventh less of the
        // processor's time, and a new connection a fifth; elsewhere Java's own
        defaults.put("micronaut.netty.event-loops.default.prefer-native-transport", true);
        // connections are accepted where they are served: another thread would have to be woken up
        // for each
        defaults.put("micronaut.server.netty.parent.event-loop-group", "default");
        // a request does little, so more loops than this only cost memory on large nodes
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

    private static void metrics(Map<String, Object> defaults) {
        defaults.put("micronaut.metrics.export.prometheus.enabled", true);
        defaults.put("micronaut.metrics.export.prometheus.descriptions", true);
        // per request and per URI, which is what nobody may do here
        for (String binder : new String[] {"web", "executor", "logback", "files"}) {
            defaults.put("micronaut.metrics.binders." + binder + ".enabled", false);
        }
    }
}
