package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.rendered.TraefikUnderLoad;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Traefik in front of an application, with the homelab overlay's middlewares. It shares its core
 * with the servers that answer its auth requests; where there is none, the upstream itself does.
 *
 * @param name the name in the table
 * @param checkout whose manifests it has
 * @param application the port of the application
 * @param through names of the route's middlewares
 * @param behind the servers that count as part of it, each by the name and port of its service
 * @param saturated whether guards behind it are warmed up without it, under saturation
 */
record TraefikContender(
        String name,
        Path checkout,
        int application,
        List<String> through,
        Map<String, Contender> behind,
        boolean saturated)
        implements Contender {
    static final String BOT_BLOCK_SERVICE = "bot-block-guard:8080";
    static final String AUTHENTIK_SERVICE = "authentik-guard:9000";

    private static final Map<String, String> PATHS =
            Map.of(
                    BOT_BLOCK_SERVICE, BenchUpstream.BOT_BLOCK_PATH,
                    AUTHENTIK_SERVICE, BenchUpstream.OUTPOST_PATH);

    /** The cores of the servers behind it, or else the usual one. */
    @Override
    public String cores() {
        return behind.values().stream().map(Contender::cores).findFirst().orElse(BenchRig.CORE);
    }

    @Override
    public boolean hasGuard() {
        return behind.values().stream().anyMatch(Contender::hasGuard);
    }

    @Override
    public Running start(BenchRig rig) {
        Map<String, String> addresses = new HashMap<>();
        addresses.put("application:8080", BenchRig.address(application));
        addresses.put(BOT_BLOCK_SERVICE, BenchRig.address(rig.upstream()));
        addresses.put(AUTHENTIK_SERVICE, BenchRig.address(rig.upstream()));
        List<Running> servers = new ArrayList<>();
        behind.forEach(
                (service, contender) -> {
                    Running server = contender.start(rig.another());
                    servers.add(server);
                    if (saturated && contender.hasGuard()) {
                        DirectWarmUp.of(server, rig.upstream(), PATHS.getOrDefault(service, "/"));
                    }
                    addresses.put(service, BenchRig.address(server.port()));
                });
        Gateway.Running traefik =
                TraefikUnderLoad.start(
                        checkout, rig.directory(), addresses, through, rig.launcher());
        return Running.gateway(traefik.process(), traefik.httpPort(), servers);
    }
}
