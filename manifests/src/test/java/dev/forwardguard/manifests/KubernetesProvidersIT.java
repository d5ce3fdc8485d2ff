package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The middlewares and the example, as Traefik's providers read them from an API server. Not one of
 * the tests that {@code traefik-versions.sh} repeats: {@code safeNaming} is new.
 */
class KubernetesProvidersIT {
    private static final String BOT_BLOCK = "/auth";
    private static final String AUTHENTIK = "/outpost.goauthentik.io/auth/traefik";
    private static final String ACROSS = "allowCrossNamespace=true";
    private static final String DISABLED =
            "invalid reference to middleware guard-protected: allowCrossNamespace is disabled";
    private static final String NAMING = "SafeNaming is not explicitly set";

    @TempDir private static Path directory;
    private static ClusterSites sites;

    @BeforeAll
    static void start() {
        sites = new ClusterSites(directory);
    }

    @AfterAll
    static void stop() {
        if (sites != null) {
            sites.close();
        }
    }

    private static ClusterTraefik traefik(String... options) throws IOException {
        Path files = Files.createTempDirectory(directory, "traefik");
        return ClusterTraefik.start(files, sites, options);
    }

    /** The rule that Traefik's providers make of a site and the path "/". */
    private static String page(String site) {
        return "Host(\"%s.example.com\") && PathPrefix(\"/\")".formatted(site);
    }

    private static String missing(String middleware) {
        return "middleware \"%s@kubernetescrd\" does not exist".formatted(middleware);
    }

    /** Only an annotation has to know the name. */
    @ParameterizedTest
    @CsvSource({
        "false, blog, safe, traefik_guard-public",
        "true, safe, blog, traefik-guard-public"
    })
    void findsMiddlewaresUnderBothNames(boolean safe, String found, String off, String wrong)
            throws IOException {
        try (var traefik = traefik(ACROSS, "safeNaming=" + safe)) {
            traefik.awaitSite("wiki");
            traefik.awaitSite(found);
            traefik.awaitRoute("docs");

            assertThat(traefik.askedFor("wiki")).containsExactly(BOT_BLOCK, AUTHENTIK);
            assertThat(traefik.askedFor(found)).containsExactly(BOT_BLOCK);
            assertThat(traefik.status(off)).isEqualTo(404);
            assertThat(traefik.log()).contains(missing(wrong)).doesNotContain(NAMING);
        }
    }

    /** With the policies. */
    @Test
    void asksOneGuardInChainOfPublicSites() throws IOException {
        try (var traefik = traefik(ACROSS)) {
            traefik.awaitSite("news");

            assertThat(traefik.askedFor("news")).containsExactly(BOT_BLOCK);
        }
    }

    /** With the policies, and in the namespace of k3s's Traefik. */
    @ParameterizedTest
    @ValueSource(strings = {"shop", "home"})
    void asksBothGuardsInOtherChains(String site) throws IOException {
        try (var traefik = traefik(ACROSS)) {
            traefik.awaitSite(site);

            assertThat(traefik.askedFor(site)).containsExactly(BOT_BLOCK, AUTHENTIK);
        }
    }

    /**
     * The log says of some sites that a middleware does not exist before all providers have read
     * everything; in the end that is true of two, on purpose.
     */
    @Test
    void loadsEverythingWithoutError() throws IOException {
        try (var traefik = traefik(ACROSS)) {
            for (String site : List.of("wiki", "shop", "news", "home", "blog", "photos")) {
                traefik.awaitSite(site);
            }
            traefik.awaitRoute("docs");

            assertThat(traefik.errors())
                    .containsExactly(
                            entry(page("missing"), List.of(missing("docs-public"))),
                            entry(page("safe"), List.of(missing("traefik_guard-public"))));
            assertThat(traefik.log().lines())
                    .filteredOn(line -> line.contains(" ERR "))
                    .allMatch(line -> line.contains("does not exist"));
        }
    }

    @Test
    void isOffWithoutReferencesAcrossNamespaces() throws IOException {
        try (var traefik = traefik()) {
            traefik.awaitSite("blog");

            assertThat(traefik.status("wiki")).isEqualTo(404);
            assertThat(traefik.status("wiki", "/outpost.goauthentik.io/start")).isEqualTo(404);
            assertThat(traefik.log()).contains(DISABLED, NAMING);
        }
    }

    @Test
    void asksOneGuardForPagesOfOutpost() throws IOException {
        String page = "/outpost.goauthentik.io/start";
        try (var traefik = traefik(ACROSS)) {
            traefik.awaitSite("wiki");

            assertThat(traefik.askedFor("wiki", page)).containsExactly(BOT_BLOCK, page);
            assertThat(traefik.askedFor("wiki", AUTHENTIK)).containsExactly(BOT_BLOCK, AUTHENTIK);
        }
    }

    @Test
    void readsAnnotationsOfIngressNginx() throws IOException {
        try (var traefik = traefik(ACROSS)) {
            traefik.awaitSite("photos");

            assertThat(traefik.askedFor("photos")).containsExactly(AUTHENTIK);
        }
    }

    /** Only Traefik's log tells that the middleware is missing. */
    @Test
    void findsMiddlewaresOfRouteInItsNamespaceOnly() throws IOException {
        try (var traefik = traefik(ACROSS)) {
            traefik.awaitRoute("docs");

            sites.asked();
            assertThat(traefik.statusOfRoute("docs")).isEqualTo(200);
            assertThat(sites.asked()).containsExactly(BOT_BLOCK, AUTHENTIK);
            assertThat(traefik.statusOfRoute("missing")).isEqualTo(404);
            assertThat(traefik.log()).contains(missing("docs-public"));
            sites.cluster().await("status", () -> sites.accepted("missing").equals("True"));
        }
    }

    @Test
    void manualQuotesMessages() {
        assertThat(Manual.of("manifests/README.md").text())
                .contains(DISABLED, NAMING, missing("traefik-guard-protected"));
    }
}
