package dev.forwardguard.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A cluster with the middlewares and the route of homelab, the middlewares in k3s's namespace, too,
 * the sites of the example and the HTTPRoute of the manual. Only addresses change: stubs here stand
 * for the guards and the applications.
 */
final class ClusterSites implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final StubUpstream botBlockGuard = started(StubUpstream.start());
    private final StubUpstream authentikGuard = started(StubUpstream.start());
    private final StubUpstream application = started(StubUpstream.start());
    private final int listener = Loopback.freePort();
    private final Cluster cluster;

    ClusterSites(Path directory) {
        cluster = started(Cluster.start(directory));
        try {
            fill();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void fill() {
        cluster.namespaces("traefik", "authentik-guard", "wiki", "blog", "photos", "docs");
        cluster.apply(here(Kustomization.of("overlays/homelab").traefik()));
        cluster.apply(here(Kustomization.of("components/traefik/example").nodes()));
        Rendered ofK3s = Choices.traefikIn("kube-system", "overlays/homelab", List.of());
        cluster.apply(here(middlewares(ofK3s)));
        String more =
                Gateway.configuration(
                        "kubernetes-sites.yml",
                        Map.of(
                                "port: APPLICATION", "port: " + application.port(),
                                "number: APPLICATION", "number: " + application.port(),
                                "port: GUARD", "port: " + authentikGuard.port(),
                                "port: LISTENER", "port: " + listener));
        cluster.kubectl("apply", "-f", cluster.file(more));
        cluster.kubectl("apply", "-f", cluster.file(routeOfManual()));
        cluster.kubectl("create", "serviceaccount", "traefik", "--namespace=traefik");
        cluster.kubectl(
                "create",
                "clusterrolebinding",
                "traefik",
                "--clusterrole=cluster-admin",
                "--serviceaccount=traefik:traefik");
    }

    /** This provider refuses services of type ExternalName, so Traefik's own ping stands there. */
    private static String routeOfManual() {
        String service = "{name: docs, port: 80}";
        String yaml = Manual.of("manifests/README.md").yaml("with-other-tools");
        if (!yaml.contains(service)) {
            throw new AssertionError("no service in " + yaml);
        }
        return yaml.replace(
                service, "{group: traefik.io, kind: TraefikService, name: ping@internal}");
    }

    private static List<ObjectNode> middlewares(Rendered rendered) {
        return rendered.traefik().stream()
                .filter(each -> each.path("kind").asText().equals("Middleware"))
                .toList();
    }

    /** The same objects, with addresses of this machine instead of those in a cluster. */
    private List<ObjectNode> here(List<ObjectNode> objects) {
        return objects.stream().map(this::here).toList();
    }

    private ObjectNode here(ObjectNode object) {
        String text =
                object.toString()
                        .replace(address("bot-block-guard", 8080), address(botBlockGuard))
                        .replace(address("authentik-guard", 9000), address(authentikGuard))
                        .replace("\"port\":80}", "\"port\":" + application.port() + "}")
                        .replace("\"number\":80}", "\"number\":" + application.port() + "}");
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String address(String guard, int port) {
        return "http://%s.%1$s.svc.cluster.local:%d/".formatted(guard, port);
    }

    private static String address(StubUpstream stub) {
        return stub.uri() + "/";
    }

    Cluster cluster() {
        return cluster;
    }

    /** What stands behind all sites. */
    StubUpstream application() {
        return application;
    }

    /** The port of the Gateway's listener. */
    int listener() {
        return listener;
    }

    /** A token for Traefik. */
    String token() {
        return cluster.kubectl("create", "token", "traefik", "--namespace=traefik").strip();
    }

    /** Whether Traefik says of an HTTPRoute that it accepts it. */
    String accepted(String route) {
        return cluster.kubectl(
                "get",
                "httproute",
                route,
                "--namespace=docs",
                "--output=jsonpath={.status.parents[0].conditions[?(@.type==\"Accepted\")].status}");
    }

    /** Which guards were asked since the last call, by the paths of the auth requests. */
    List<String> asked() {
        List<String> paths =
                List.of(botBlockGuard, authentikGuard).stream()
                        .flatMap(guard -> guard.requests().stream())
                        .map(ReceivedRequest::uri)
                        .toList();
        botBlockGuard.forget();
        authentikGuard.forget();
        return paths;
    }

    private <T extends AutoCloseable> T started(T part) {
        running.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                throw new AssertionError("could not close everything", e);
            }
        }
    }
}
