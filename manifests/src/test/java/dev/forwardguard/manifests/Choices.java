package dev.forwardguard.manifests;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kustomizations that an operator can choose: each base, each component on each base that it
 * fits, each overlay.
 */
public final class Choices {
    static final List<String> GUARDS = List.of("bot-block-guard", "authentik-guard");

    private static final String TRAEFIK = "components/traefik";
    private static final String POLICIES = "components/network-policy";
    private static final String EDGE = "overlays/edge";
    private static final String EDGE_COMPONENTS = "components/edge/";

    private Choices() {}

    /** All of them, including patches of other applications' objects, and the example to copy. */
    static Stream<Rendered> all() {
        return Stream.of(
                        withGuards(),
                        edge(),
                        Stream.of(
                                        "components/upstreams",
                                        "components/traefik/example",
                                        EDGE_COMPONENTS + "snapshots/restore")
                                .map(Kustomization::of))
                .flatMap(each -> each);
    }

    /** The kustomizations of edge gateways: none of them runs guards. */
    public static Stream<Rendered> edge() {
        List<Rendered> all = new ArrayList<>();
        all.add(Kustomization.of("base/edge"));
        all.add(Kustomization.of(EDGE));
        edgeComponents().forEach(each -> all.add(Kustomization.of(EDGE, List.of(each))));
        all.add(Kustomization.of(EDGE, edgeComponents()));
        return all.stream();
    }

    /** All components of edge gateways. */
    public static List<String> edgeComponents() {
        return Stream.of(
                        "daemon-set",
                        "three-members",
                        "dashboard",
                        "snapshots",
                        "monitoring",
                        "monitoring/blackbox",
                        "heal")
                .map(EDGE_COMPONENTS::concat)
                .toList();
    }

    /** The kustomizations that run guards. */
    static Stream<Rendered> withGuards() {
        List<Rendered> all = new ArrayList<>();
        all.add(Kustomization.of("base"));
        overlays().forEach(overlay -> all.add(Kustomization.of(overlay)));
        furtherComponents()
                .forEach(each -> all.add(Kustomization.of("overlays/homelab", List.of(each))));
        furtherComponents()
                .filter(each -> !each.endsWith("/high-availability")) // it wants several nodes
                .forEach(each -> all.add(Kustomization.of("overlays/one-node", List.of(each))));
        components().forEach(each -> all.add(Kustomization.of("base", List.of(each))));
        all.add(Kustomization.of("base", traefik("authentik-guard", "bot-block-guard")));
        all.add(Kustomization.of("base", List.of(TRAEFIK, TRAEFIK + "/site-policies")));
        all.add(Kustomization.of("overlays/homelab", traefik("before-3.7.7")));
        all.add(Kustomization.of("base", List.of(POLICIES, POLICIES + "/host-network")));
        all.add(traefikIn("ingress", "overlays/production", List.of()));
        all.add(traefikIn("kube-system", "overlays/production", traefik("k3s/helm-chart-config")));
        for (String guard : GUARDS) {
            String base = "base/" + guard;
            all.add(Kustomization.of(base));
            all.add(
                    Kustomization.of(
                            base,
                            List.of(POLICIES + "/" + guard, POLICIES + "/host-network/" + guard)));
            all.add(traefikIn("kube-system", base, traefik(guard)));
            for (String component : components()) {
                componentFor(guard, component)
                        .forEach(each -> all.add(Kustomization.of(base, List.of(each))));
            }
        }
        all.add(Kustomization.of("base", List.of(POLICIES, EDGE_COMPONENTS + "guards")));
        return all.stream();
    }

    /** What people add to an overlay that has the middlewares already. */
    private static Stream<String> furtherComponents() {
        return components().stream().filter(each -> !each.equals(TRAEFIK));
    }

    private static List<String> traefik(String... parts) {
        return Stream.of(parts).map(each -> TRAEFIK + "/" + each).toList();
    }

    /** With Traefik in another namespace, by what is written beside the transformer for that. */
    static Rendered traefikIn(String namespace, String base, List<String> components) {
        String transformer = TRAEFIK + (namespace.equals("kube-system") ? "/k3s" : "/namespace");
        return Kustomization.overlay(
                "%s with %s and %s for %s".formatted(base, components, transformer, namespace),
                base,
                components,
                toCopy(transformer).replace("../..", "MANIFESTS").replace("ingress", namespace));
    }

    /** The lines of an overlay that a comment in a kustomization has for people to copy. */
    static String toCopy(String directory) {
        return text(directory)
                .lines()
                .filter(line -> line.matches("# (patches|transformers):|# {2}.*"))
                .map(line -> line.substring(2) + "\n")
                .collect(Collectors.joining());
    }

    /** The overlays with guards. */
    static List<String> overlays() {
        return directories("overlays").stream().filter(each -> !each.equals(EDGE)).toList();
    }

    /** All optional components for guards. */
    static List<String> components() {
        return directories("components").stream()
                .filter(each -> text(each).contains("\nkind: Component\n"))
                .toList();
    }

    /** The part of a component for one guard, or a component that is independent of guards. */
    private static Stream<String> componentFor(String guard, String component) {
        Path part = Kustomization.MANIFESTS.resolve(component).resolve(guard);
        if (Files.isDirectory(part)) {
            return Stream.of(component + "/" + guard);
        }
        return text(component).contains("part-of=forward-guard")
                ? Stream.of(component)
                : Stream.empty();
    }

    private static List<String> directories(String parent) {
        try (var files = Files.list(Kustomization.MANIFESTS.resolve(parent))) {
            return files.filter(each -> Files.exists(each.resolve("kustomization.yaml")))
                    .map(each -> parent + "/" + each.getFileName())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String directory) {
        try {
            return Files.readString(
                    Kustomization.MANIFESTS.resolve(directory).resolve("kustomization.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
