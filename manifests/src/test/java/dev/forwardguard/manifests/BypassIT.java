package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The commands that bypass the guards, as the manual has them, with a real Traefik. */
class BypassIT {
    private static final String FOUNTAIN =
            "http://poison-fountain.poison-fountain.svc.cluster.local:8080/";
    private static final String OUTPOST =
            "http://ak-outpost-authentik-embedded-outpost.authentik.svc.cluster.local:9000/";
    private static final RawRequest API_CALL =
            GatewayFixture.request("wiki", "GET", "/").with("Authorization", "Bearer token");

    private final StubUpstream fountain = StubUpstream.start();
    private final StubUpstream outpost = StubUpstream.start();

    @TempDir private Path directory;

    /** An auth server that does not send them back, unlike the guard, would take them away. */
    @Test
    void keepsTokensOfApplications() throws IOException {
        String commands = Manual.of("manifests/README.md").commands("bypass-a-guard");
        assertThat(commands).containsOnlyOnce(FOUNTAIN).containsOnlyOnce(OUTPOST);
        String here =
                commands.replace(FOUNTAIN, fountain.uri() + "/")
                        .replace(OUTPOST, outpost.uri() + "/");
        Path files = Files.createDirectory(directory.resolve("traefik"));
        try (fountain;
                outpost;
                var sites = new ClusterSites(directory);
                var traefik = ClusterTraefik.start(files, sites, "allowCrossNamespace=true")) {
            traefik.awaitSite("wiki");
            String[] list = {
                "get",
                "middleware",
                "guard-authentik",
                "--namespace=traefik",
                "--output=jsonpath={.spec.forwardAuth.authResponseHeaders}"
            };
            String listed = sites.cluster().kubectl(list);
            assertThat(listed).contains("\"Authorization\"");
            assertThat(tokens(sites, traefik)).as("of guards that send none back").isEmpty();

            sites.cluster().shell(here);
            sites.cluster().await("the bypass", () -> isBypassed(traefik));

            assertThat(sites.cluster().kubectl(list))
                    .isEqualTo(listed.replace(",\"Authorization\"", ""));
            assertThat(tokens(sites, traefik)).containsExactly("Bearer token");
            assertThat(fountain.requests()).isNotEmpty();
            assertThat(sites.asked()).isEmpty();
        }
    }

    private boolean isBypassed(ClusterTraefik traefik) {
        traefik.status("wiki");
        return !outpost.requests().isEmpty() && !fountain.requests().isEmpty();
    }

    /** What the application gets in {@code Authorization}. */
    private static List<String> tokens(ClusterSites sites, ClusterTraefik traefik)
            throws IOException {
        sites.asked();
        sites.application().forget();
        assertThat(traefik.ask(API_CALL).status()).isEqualTo(200);
        return sites.application().awaitRequest().headers("Authorization");
    }
}
