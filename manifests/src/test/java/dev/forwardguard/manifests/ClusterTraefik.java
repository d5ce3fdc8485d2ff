package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Traefik;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Traefik with all its providers for Kubernetes, in front of the sites of a cluster. */
final class ClusterTraefik implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String NO_FILE = "{}";

    private final ClusterSites sites;
    private final Gateway.Running running;
    private final JsonApi api;
    private final TlsTunnel tunnel;

    private ClusterTraefik(ClusterSites sites, Gateway.Running running, JsonApi api) {
        this.sites = sites;
        this.running = running;
        this.api = api;
        this.tunnel = TlsTunnel.open(running.httpsPort(), running.trusted());
    }

    /**
     * Starts it.
     *
     * @param more options of its provider for its own kinds, such as {@code safeNaming=true}
     */
    static ClusterTraefik start(Path directory, ClusterSites sites, String... more) {
        String token = sites.token();
        List<String> options = new ArrayList<>();
        for (String provider : List.of("CRD", "Ingress", "IngressNGINX", "Gateway")) {
            String prefix = "--providers.kubernetes" + provider + ".";
            var server = sites.cluster().server();
            options.add(prefix + "endpoint=https://127.0.0.1:" + server.port());
            options.add(prefix + "certAuthFilePath=" + server.keys().ca());
            options.add(prefix + "token=" + token);
        }
        options.add("--providers.kubernetesCRD.allowExternalNameServices=true");
        options.add("--providers.kubernetesIngress.allowExternalNameServices=true");
        options.add("--providers.kubernetesIngressNGINX.httpsEntryPoint=" + Traefik.WEBSECURE);
        options.add("--entryPoints.gateway.address=127.0.0.1:" + sites.listener());
        JsonApi api = new JsonApi(Loopback.freePort());
        options.add("--api.insecure=true");
        options.add("--entryPoints.traefik.address=127.0.0.1:" + api.port());
        for (String option : more) {
            options.add("--providers.kubernetesCRD." + option);
        }
        Gateway.Running running = Traefik.start(directory, NO_FILE, options);
        try {
            return new ClusterTraefik(sites, running, api);
        } catch (RuntimeException | Error e) {
            running.process().close();
            throw e;
        }
    }

    /** Waits until this site is there, and with it all sites of the same provider. */
    void awaitSite(String site) {
        running.process().await(site, PATIENCE, () -> status(site) == 200);
    }

    /** The status of a page of this site, by TLS. */
    int status(String site) {
        return status(tunnel.port(), site, "/");
    }

    int status(String site, String path) {
        return status(tunnel.port(), site, path);
    }

    /** The status of a page of an HTTPRoute's site; the Gateway has no TLS. */
    int statusOfRoute(String site) {
        return status(sites.listener(), site, "/");
    }

    private static int status(int port, String site, String path) {
        try {
            return RawHttp.to(port).ask(GatewayFixture.request(site, "GET", path)).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitRoute(String site) {
        running.process().await(site, PATIENCE, () -> statusOfRoute(site) == 200);
    }

    /** Sends a request to a site, by TLS. */
    RawAnswer ask(RawRequest request) throws IOException {
        return RawHttp.to(tunnel.port()).ask(request);
    }

    /** The paths of the requests to guards that one visit of a site costs. */
    List<String> askedFor(String site) {
        return askedFor(site, "/");
    }

    List<String> askedFor(String site, String path) {
        sites.asked();
        assertThat(status(site, path)).isEqualTo(200);
        return sites.asked();
    }

    /** What it says of the routers that it cannot use as things are now, by their rules. */
    Map<String, List<String>> errors() {
        Map<String, List<String>> errors = new TreeMap<>();
        for (Document router : api.get("/api/http/routers").list()) {
            router.find("error")
                    .map(each -> each.list().stream().map(Document::text).toList())
                    .ifPresent(each -> errors.put(router.at("rule").text(), each));
        }
        return errors;
    }

    /** Its log, with quotation marks as the manual has them. */
    String log() {
        return running.process().output().replace("\\\"", "\"");
    }

    @Override
    public void close() {
        tunnel.close();
        running.process().close();
    }
}
