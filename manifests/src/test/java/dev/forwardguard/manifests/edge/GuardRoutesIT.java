package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.rendered.FileProvider;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The middlewares of the guards are those that gateways in a cluster have. */
class GuardRoutesIT {
    private static final String BOTS = "bot-block-guard:8080";
    private static final String LOGINS = "authentik-guard:9000";

    @Test
    void areThoseOfTheCluster() throws IOException {
        JsonNode edge = new YAMLMapper().readTree(RouteFiles.text("routes/guards.yaml"));
        ObjectNode cluster = (ObjectNode) new YAMLMapper().readTree(cluster());

        ObjectNode middlewares = cluster.withObject("/http/middlewares");
        // the chains for sites without policies
        middlewares.remove(List.of("guard-public", "guard-protected"));
        assertThat((Object) edge.at("/http/middlewares")).isEqualTo(middlewares);
        JsonNode outpost = cluster.at("/http/routers/authentik-guard-outpost-0");
        for (String field :
                new String[] {"rule", "priority", "middlewares", "tls", "entryPoints"}) {
            assertThat((Object) edge.at("/http/routers/outpost").path(field))
                    .isNotEqualTo(MissingNode.getInstance())
                    .isEqualTo(outpost.path(field));
        }
    }

    /** Without the namespace in the names. */
    private static String cluster() {
        return FileProvider.of(
                        Kustomization.of("overlays/homelab"),
                        Map.of(BOTS, service(BOTS), LOGINS, service(LOGINS)))
                .text()
                .replace("traefik-", "");
    }

    private static String service(String address) {
        String name = address.replaceFirst(":.*", "");
        return address.replace(name, "%s.%s.svc.cluster.local".formatted(name, name));
    }
}
