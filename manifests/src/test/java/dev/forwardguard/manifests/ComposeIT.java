package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Nginx;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Traefik;
import dev.forwardguard.servers.rendered.FileProvider;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The set-up for Docker Compose: its files, and what runs in it, without containers. */
class ComposeIT {
    private static final Path COMPOSE = Kustomization.MANIFESTS.resolve("compose");

    /** A line of the manual: a command, and the status that it prints if it prints one. */
    private static final Pattern COMMAND = Pattern.compile("(curl .*?)(?: +# (?:(\\d{3}): )?.*)?");

    /** The options of Traefik that name ports and files, which are others here. */
    private static final Pattern PLACE = Pattern.compile("--(providers\\.|.*\\.(address|tls)=).*");

    private static final Deque<AutoCloseable> RUNNING = new ArrayDeque<>();
    @TempDir private static Path directory;
    private static JsonNode compose;
    private static Map<String, String> ports;

    @BeforeAll
    static void start() throws IOException {
        compose = yaml(COMPOSE.resolve("compose.yml"));
        int poisonFountain = Loopback.freePort();
        int outpost = Loopback.freePort();
        int outages = Loopback.freePort();
        standIns(
                Map.of(
                        "listen 8080;", "listen 127.0.0.1:" + poisonFountain + ";",
                        "listen 9001;", "listen 127.0.0.1:" + outpost + ";",
                        "listen 8088;", "listen 127.0.0.1:" + outages + ";",
                        "worker_processes 1;", "worker_processes 1; " + Nginx.user(),
                        "/tmp/", directory + "/stand-ins/"));
        var botBlockGuard =
                guard("bot-block-guard", Map.of("poison-fountain:8080", here(poisonFountain)));
        var authentikGuard = guard("authentik-guard", Map.of("outpost:9001", here(outpost)));
        var whoami = running(StubUpstream.start());
        whoami.behaves(
                (dialogue, request) ->
                        Behaviour.answers(
                                        200,
                                        List.of(),
                                        "user " + request.header("X-authentik-username").orElse(""))
                                .answer(dialogue, request));
        Gateway.Running traefik =
                Traefik.start(
                        directory,
                        replaced(
                                COMPOSE.resolve("traefik/dynamic.yml"),
                                Map.of(
                                        "bot-block-guard:8080", here(botBlockGuard.port()),
                                        "authentik-guard:9000", here(authentikGuard.port()),
                                        "whoami:80", here(whoami.port()))),
                        options());
        running(traefik.process());
        ports = Map.of("8443", "" + traefik.httpsPort(), "8088", "" + outages);
    }

    private static void standIns(Map<String, String> replacements) throws IOException {
        Path file = directory.resolve("stand-ins.conf");
        Files.createDirectory(directory.resolve("stand-ins"));
        Files.writeString(file, replaced(COMPOSE.resolve("stand-ins/nginx.conf"), replacements));
        List<String> command = new ArrayList<>();
        compose.at("/services/stand-ins/command").forEach(each -> command.add(each.asText()));
        command.set(0, Program.installed("nginx", "nginx-light").path().toString());
        command.set(command.indexOf("/etc/stand-ins/nginx.conf"), file.toString());
        running(ChildProcess.start(directory.resolve("stand-ins.log"), Map.of(), command));
    }

    private static GuardProcess guard(String name, Map<String, String> replacements)
            throws IOException {
        Path own = Files.createDirectory(directory.resolve(name));
        String settings = replaced(COMPOSE.resolve(name).resolve("guard.yml"), replacements);
        String users =
                Program.installed("htpasswd", "apache2-utils")
                        .run(own, "-nbB", "emergency", "right");
        var guard = running(GuardProcess.start(name, own, settings, users));
        guard.awaitHealthy();
        return guard;
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>();
        compose.at("/services/traefik/command").forEach(each -> options.add(each.asText()));
        assertThat(options.removeIf(each -> PLACE.matcher(each).matches())).isTrue();
        return options;
    }

    private static String replaced(Path file, Map<String, String> replacements) throws IOException {
        String text = Files.readString(file);
        for (Map.Entry<String, String> each : replacements.entrySet()) {
            assertThat(text).contains(each.getKey());
            text = text.replace(each.getKey(), each.getValue());
        }
        return text;
    }

    private static String here(int port) {
        return "127.0.0.1:" + port;
    }

    private static <T extends AutoCloseable> T running(T part) {
        RUNNING.push(part);
        return part;
    }

    @AfterAll
    static void end() throws Exception {
        for (AutoCloseable part : RUNNING) {
            part.close();
        }
    }

    private static JsonNode yaml(Path file) throws IOException {
        return new YAMLMapper().readTree(file.toFile());
    }

    /** Traefik waits for it; image.sh runs the same command in the images. */
    @Test
    void asksForHealthAsTheImageKnowsIt() throws IOException {
        List<String> command = new ArrayList<>();
        yaml(COMPOSE.resolve("compose.yml"))
                .at("/x-guard/healthcheck/test")
                .forEach(each -> command.add(each.asText()));

        assertThat(command.getFirst()).isEqualTo("CMD");
        String line = String.join(" ", command.subList(1, command.size()));
        assertThat(Files.readString(Kustomization.MANIFESTS.resolve("local/image.sh")))
                .contains("--beside \"$1\" " + line + "\n");
        assertThat(Files.readString(Kustomization.MANIFESTS.resolve("image/Dockerfile")))
                .contains("health.options " + line.substring(line.indexOf('@') + 1) + "\n");
    }

    /** What the first start makes is what the guard reads. */
    @Test
    void makesPasswordThatTheGuardReads() throws IOException {
        JsonNode guard = compose.at("/services/authentik-guard");
        Path place = Files.createDirectory(directory.resolve("emergency"));
        String script = compose.at("/services/password/command/2").asText().replace("$$", "$");
        String here = script.replace("/run/emergency", place.toString());

        String said = run(here);
        String again = run(here); // it is not made anew

        assertThat(compose.at("/services/password/command/0").asText()).isEqualTo("sh");
        assertThat(compose.at("/services/password/command/1").asText()).isEqualTo("-ec");
        assertThat(guard.at("/environment/GUARD_HTPASSWD_FILE").asText())
                .isEqualTo("/run/emergency/htpasswd");
        assertThat(guard.at("/volumes").toString()).contains("emergency:/run/emergency:ro");
        assertThat(said).matches("emergency user: emergency, password: [A-Za-z0-9_-]{12}\n");
        assertThat(again).isEmpty();
        assertThat(Files.readString(place.resolve("htpasswd")).strip())
                .matches("emergency:\\$2y\\$10\\$.{53}");
    }

    /** The images of others do not change by themselves. */
    @Test
    void pinsImages() {
        for (JsonNode service : compose.get("services")) {
            String image = service.path("image").asText();
            assertThat(image)
                    .matches(
                            image.startsWith("ghcr.io/forward-guard/")
                                    ? ".*:stable"
                                    : "(docker\\.io/.+):v?\\d+\\.\\d+\\.\\d+");
        }
    }

    /** Each curl of the manual, in its order. */
    @Test
    void doesWhatTheManualShows() {
        String manual = Manual.of("manifests/compose/README.md").section("try-it");
        int checked = 0;
        for (String line : manual.lines().filter(each -> each.startsWith("curl ")).toList()) {
            var command = COMMAND.matcher(line);
            assertThat(command.matches()).as(line).isTrue();
            String output = run(command.group(1));
            String status = command.group(2);
            if (status != null) {
                assertThat(output).as(line).startsWith("HTTP/2 " + status);
                checked++;
            }
            if (line.contains("alice")) {
                assertThat(output).contains("user alice");
            }
        }
        assertThat(checked).isEqualTo(8);
    }

    private static String run(String command) {
        String here = command.replace("-u emergency ", "-u emergency:right ");
        for (Map.Entry<String, String> port : ports.entrySet()) {
            here = here.replace(port.getKey(), port.getValue());
        }
        String quiet = here.replace("curl ", "curl --silent --show-error ");
        return Program.installed("sh", "dash").run(directory, "-c", quiet);
    }

    /** Who is not logged in is sent to the login, and from there back with a cookie. */
    @Test
    void logsIn() {
        String cookies = directory.resolve("cookies").toString();

        String output =
                run(
                        "curl -ikL --cookie-jar %1$s --cookie %1$s https://app.localhost:8443"
                                .formatted(cookies));

        assertThat(output).contains("user alice");
    }

    /** Only the names lose their namespace, and services have the names that Compose gives. */
    @Test
    void hasMiddlewaresOfKubernetes() throws IOException {
        Rendered rendered = Kustomization.of("base", List.of("components/traefik"));
        String text =
                FileProvider.of(
                                rendered,
                                Map.of(
                                        "bot-block-guard:8080", "bot-block-guard:8080",
                                        "authentik-guard:9000", "authentik-guard:9000"))
                        .text()
                        .replace("traefik-guard-", "guard-");
        JsonNode kubernetes = new YAMLMapper().readTree(text).at("/http");
        JsonNode file = yaml(COMPOSE.resolve("traefik/dynamic.yml")).at("/http");

        assertThat(file.at("/middlewares")).isEqualTo(kubernetes.at("/middlewares"));
        for (String option : List.of("rule", "priority", "entryPoints", "middlewares")) {
            assertThat(file.at("/routers/outpost").path(option))
                    .isEqualTo(kubernetes.at("/routers/authentik-guard-outpost-0").path(option));
        }
    }

    @Test
    void isAcceptedByCompose() {
        String output =
                Program.installed("docker-compose", "docker-compose")
                        .run(
                                directory,
                                "--file",
                                COMPOSE.resolve("compose.yml").toString(),
                                "config",
                                "--quiet");

        assertThat(output).isEmpty();
    }

    /** The limits are those of the pods, and nothing of a guard's directory is mounted by file. */
    @Test
    void runsGuardsAsPodsDo() {
        for (String guard : Choices.GUARDS) {
            JsonNode service = compose.at("/services/" + guard);
            var container =
                    DeploymentsIT.pod(Kustomization.of("base/" + guard).deployments().getFirst())
                            .getContainers()
                            .getFirst();
            var limit = container.getResources().getLimits().get("memory");
            assertThat(service.path("mem_limit").asText() + "i")
                    .isEqualTo(String.valueOf(limit).toLowerCase(Locale.ROOT));
            assertThat(service.path("image").asText()).isEqualTo(container.getImage());
            assertThat(service.at("/volumes/0").asText())
                    .isEqualTo("./%s:/etc/forward-guard:ro".formatted(guard));
        }
    }
}
