package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Runs the guards with the settings from the rendered ConfigMaps. */
class RunAsRenderedIT {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"bot-block-guard", "authentik-guard"})
    void acceptsSettingsAndAnswersProbes(String name) throws IOException {
        var pod = DeploymentsIT.guard(Kustomization.production().only(Deployment.class, name));

        try (var guard = GuardProcess.start(name, directory, settings(name), "")) {
            guard.awaitHealthy();

            for (Probe probe :
                    List.of(
                            pod.getStartupProbe(),
                            pod.getReadinessProbe(),
                            pod.getLivenessProbe())) {
                var request = probe.getHttpGet();
                assertThat(request.getPort().getStrVal()).isEqualTo("management");
                RawAnswer answer =
                        RawHttp.to(guard.managementPort()).ask(RawRequest.get(request.getPath()));
                assertThat(answer.status()).as(request.getPath()).isEqualTo(200);
            }
        }
    }

    /** Without an override a drill takes one word in the ConfigMap. */
    @ParameterizedTest
    @CsvSource({"bot-block-guard, guard-bot-block, 200", "authentik-guard, guard-authentik, 401"})
    void startsDrillWithOneWord(String name, String middleware, int status) throws IOException {
        String drill = settings(name).replace("mode: auto", "mode: fallback");

        try (var guard = GuardProcess.start(name, directory, drill, htpasswd())) {
            guard.awaitHealthy();
            RawAnswer answer =
                    RawHttp.to(guard.port())
                            .ask(
                                    RawRequest.get(path(middleware))
                                            .with("X-Forwarded-Proto", "https"));

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("X-Guard-Fallback")).contains("forced");
        }
    }

    @Test
    void listsHeadersOfEmergencyLogin() throws IOException {
        String drill = settings("authentik-guard").replace("mode: auto", "mode: fallback");
        String credentials =
                Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.UTF_8));

        try (var guard = GuardProcess.start("authentik-guard", directory, drill, htpasswd())) {
            guard.awaitHealthy();
            RawAnswer answer =
                    RawHttp.to(guard.port())
                            .ask(
                                    RawRequest.get(path("guard-authentik"))
                                            .with("X-Forwarded-Proto", "https")
                                            .with("Authorization", "Basic " + credentials));

            assertThat(answer.status()).isEqualTo(200);
            List<String> listed = new ArrayList<>();
            Kustomization.production()
                    .traefik("Middleware", "guard-authentik")
                    .at("/forwardAuth/authResponseHeaders")
                    .forEach(each -> listed.add(each.asText()));
            listed.remove("Authorization");
            assertThat(answer.headers())
                    .extracting(Header::name)
                    .filteredOn(each -> each.toLowerCase(Locale.ROOT).startsWith("x-"))
                    .usingElementComparator(String.CASE_INSENSITIVE_ORDER)
                    .containsExactlyInAnyOrderElementsOf(listed);
        }
    }

    private static String settings(String guard) {
        String text =
                Kustomization.production().only(ConfigMap.class, guard).getData().get("guard.yml");
        assertThat(text).containsOnlyOnce("mode: auto");
        return String.valueOf(text);
    }

    private static String path(String middleware) {
        return URI.create(
                        Kustomization.production()
                                .traefik("Middleware", middleware)
                                .at("/forwardAuth/address")
                                .asText())
                .getPath();
    }

    private static String htpasswd() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1")
                            .digest("secret".getBytes(StandardCharsets.UTF_8));
            return "ada:{SHA}" + Base64.getEncoder().encodeToString(hash) + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
