package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gateway as rendered, with all files of {@code manifests/edge} by Traefik's file provider, and
 * stand-ins for the services and the guards.
 */
final class ServedRoutes implements AutoCloseable {
    private static final String DOMAIN = ".svc.cluster.local:";
    private static final String CANARY =
            """
            http:
              routers:
                edge-revision:
                  entryPoints: [canary]
                  rule: Path(`/edge-revision`)
                  service: ping@internal
            """;

    private final Path directory;
    private final List<StandIn> standIns = new ArrayList<>();
    private final Map<String, String> here = new LinkedHashMap<>();
    private final List<Path> copies;
    private final RenderedGateway gateway;

    private ServedRoutes(Path directory) throws IOException {
        this.directory = directory;
        services();
        files();
        Path routes = RouteFiles.copy(directory, here);
        try (var all = Files.list(routes)) {
            copies = all.toList();
        }
        Files.writeString(routes.resolve("canary.yaml"), CANARY);
        gateway =
                RenderedGateway.start(
                        directory,
                        Kustomization.of("overlays/edge", List.of("components/edge/dashboard")),
                        routes);
    }

    static ServedRoutes in(Path directory) {
        try {
            return new ServedRoutes(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void services() {
        put("whoami-0.whoami.edge" + DOMAIN + 8080, StandIn.named("whoami-0"));
        put("whoami-1.whoami.edge" + DOMAIN + 8080, StandIn.named("whoami-1"));
        put("foo.edge" + DOMAIN + 8080, StandIn.named("foo"));
        put("bar.edge" + DOMAIN + 8080, StandIn.named("bar"));
        put("bot-block-guard.bot-block-guard" + DOMAIN + 8080, bots());
        put("authentik-guard.authentik-guard" + DOMAIN + 9000, logins());
        here.put("127.0.0.1:9\n", "127.0.0.1:" + Loopback.freePort() + "\n");
    }

    private void put(String address, StandIn standIn) {
        standIns.add(standIn);
        here.put(address, standIn.address());
    }

    private static StandIn bots() {
        return StandIn.deciding(
                "bot-block-guard",
                request -> "GPTBot".equals(request.getFirst("User-Agent")) ? 403 : 200);
    }

    private static StandIn logins() {
        return StandIn.deciding(
                "authentik-guard",
                request -> request.getFirst("Authorization") == null ? 401 : 200);
    }

    /** A certificate, by the command in the file, and the user of the dashboard. */
    private void files() throws IOException {
        here.put(": secure.", ": " + directory.resolve("secure."));
        here.put("/etc/traefik", directory.toString());
        String text = RouteFiles.text("optional/tls.yaml").replaceAll("(?m)^# ", "");
        String command = text.substring(text.indexOf("openssl "), text.indexOf("\nhttp:"));
        Program.installed("sh", "dash")
                .run(directory, "-c", "cd '%s' && %s".formatted(directory, command));
        here.put("alice:HASH", alice());
    }

    /** The user of the file, as htpasswd writes it. */
    private static String alice() {
        return RouteFiles.text("routes/basic-and-digest-auth.yaml")
                .lines()
                .filter(line -> line.contains("alice:$2y$"))
                .map(line -> line.strip().substring(2))
                .findFirst()
                .orElseThrow();
    }

    /** The files, without the canary. */
    List<Path> copies() {
        return copies;
    }

    RenderedGateway gateway() {
        return gateway;
    }

    @Override
    public void close() {
        gateway.close();
        standIns.forEach(StandIn::close);
    }
}
