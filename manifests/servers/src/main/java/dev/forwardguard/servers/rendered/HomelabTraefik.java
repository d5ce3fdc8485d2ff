package dev.forwardguard.servers.rendered;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Traefik;

import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Traefik with the middlewares and routes of the homelab overlay, and with the options of the
 * {@link HelmValues}: {@code www.example.com} is public, {@code app.example.com} protected, also as
 * {@code app.example.test}, which clients in the tests can resolve. {@code authentik.example.com},
 * where people log in, has no middlewares. An older Traefik gets what "Upgrade Traefik" in {@code
 * manifests/README.md} says for its version.
 */
public final class HomelabTraefik {
    public static final String PUBLIC = "guard-site-public";
    public static final String PROTECTED = "guard-site-protected";

    private static final String BEHIND_PROXY = "behind";
    private static final int UNREACHED = 1_000_000;

    private static final Version RETRY_BY_STATUS = Version.parse("3.7.7");
    private static final Version ALIASES = Version.parse("3.7.12");

    private HomelabTraefik() {}

    public static Gateway.Running start(Path directory, Map<String, String> addresses) {
        return start("", directory, addresses);
    }

    /**
     * Starts it with an overlay on top of homelab.
     *
     * @param more lines of the overlay
     */
    public static Gateway.Running start(
            String more, Path directory, Map<String, String> addresses) {
        Version version = Traefik.version(directory);
        String routes =
                FileProvider.of(overlay(version, more), addresses)
                        .route("www.example.com", "website:8080", PUBLIC)
                        .route("app.example.com", "application:8080", PROTECTED)
                        .route("app.example.test", "application:8080", PROTECTED)
                        .route("authentik.example.com", "website:8080")
                        .text();
        return Traefik.start(directory, routes, options(version));
    }

    /**
     * Starts it behind a proxy that ends TLS: the protected site is at an entry point without TLS,
     * whose port is in the result, and without limits, as all visitors may have one address.
     *
     * @param trusted what the entry point has as {@code forwardedHeaders.trustedIPs}
     */
    public static Gateway.Running behindProxy(
            String trusted, Path directory, Map<String, String> addresses) {
        Version version = Traefik.version(directory);
        int port = Loopback.freePort();
        String routes =
                FileProvider.of(overlay(version, ""), addresses)
                        .rateLimit(UNREACHED)
                        .routeWithoutTls(
                                BEHIND_PROXY,
                                "app.example.com",
                                "application:8080",
                                List.of(PROTECTED))
                        .text();
        List<String> options = new ArrayList<>();
        options.add("--entryPoints.%s.address=127.0.0.1:%d".formatted(BEHIND_PROXY, port));
        options.add(
                "--entryPoints.%s.forwardedHeaders.trustedIPs=%s".formatted(BEHIND_PROXY, trusted));
        options(version).stream()
                .map(option -> option.replace(Traefik.WEBSECURE, BEHIND_PROXY))
                .forEach(options::add);
        Gateway.Running running = Traefik.start(directory, routes, options);
        return new Gateway.Running(running.process(), running.httpsPort(), port, running.trusted());
    }

    /** Whether it removes headers whose names are not of letters, digits and hyphens. */
    public static boolean removesAliases(Path directory) {
        return removesAliases(Traefik.version(directory));
    }

    private static boolean removesAliases(Version version) {
        return version.compareTo(ALIASES) >= 0;
    }

    /** Whether it asks an application again that answers 502 or 503. */
    public static boolean repeatsByStatus(Path directory) {
        return repeatsByStatus(Traefik.version(directory));
    }

    private static boolean repeatsByStatus(Version version) {
        return version.compareTo(RETRY_BY_STATUS) >= 0;
    }

    private static Rendered overlay(Version version, String more) {
        List<String> components =
                repeatsByStatus(version) ? List.of() : List.of("components/traefik/before-3.7.7");
        return more.isEmpty()
                ? Kustomization.of("overlays/homelab", components)
                : Kustomization.overlay("homelab with more", "overlays/homelab", components, more);
    }

    /** The options that the chart makes of the values. */
    private static List<String> options(Version version) {
        List<String> options = new ArrayList<>(options(Kustomization.MANIFESTS));
        if (!removesAliases(version)) {
            options.removeIf(each -> each.contains("aliasHeadersStrategy"));
        }
        return options;
    }

    /** The same of the newest Traefik, of any checkout. */
    public static List<String> options(Path manifests) {
        JsonNode values = HelmValues.withLists(manifests, "traefik");
        List<String> options = new ArrayList<>();
        values.path("additionalArguments").forEach(each -> options.add(each.asText()));
        values.at("/ports/websecure/http")
                .properties()
                .forEach(
                        each ->
                                options.add(
                                        "--entryPoints.websecure.http.%s=%s"
                                                .formatted(
                                                        each.getKey(), each.getValue().asText())));
        return options;
    }
}
