package dev.forwardguard.manifests.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What the workflows on GitHub may do. {@code .ci/run} checks their form with {@code actionlint}.
 */
class WorkflowsIT {
    private static final Path WORKFLOWS = Repository.ROOT.resolve(".github/workflows");
    private static final Pattern PINNED =
            Pattern.compile("uses: [\\w-]+/[\\w-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

    /** Everything else belongs into the scripts, which can be run anywhere. */
    private static final Pattern STEP =
            Pattern.compile(
                    "(sudo (env \"PATH=\\$PATH\" \"JAVA_HOME=\\$JAVA_HOME\" )?)?\\.ci/(run|release)( .*)?"
                            + "|skopeo login .*|xargs --max-args=1 cosign sign .*|gh release create .*");

    static Stream<Path> workflows() throws IOException {
        try (var files = Files.list(WORKFLOWS)) {
            return files.toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void callsOnlyScripts(Path workflow) throws IOException {
        List<String> steps =
                jobs(workflow)
                        .flatMap(job -> stream(job.path("steps")))
                        .filter(step -> step.has("run"))
                        .map(step -> step.path("run").asText().strip())
                        .toList();

        assertThat(steps).isNotEmpty().allMatch(step -> STEP.matcher(step).matches());
        // what an expression inserts into a script would be run
        assertThat(steps).noneMatch(step -> step.contains("${{"));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void pinsActions(Path workflow) throws IOException {
        assertThat(Files.readString(workflow).lines())
                .filteredOn(line -> line.contains("uses:"))
                .isNotEmpty()
                .allMatch(line -> PINNED.matcher(line.replaceFirst("^[ -]+", "")).matches());
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void hasNoPermissionsButThoseOfJobs(Path workflow) throws IOException {
        JsonNode root = read(workflow);

        assertThat(root.path("permissions").isObject()).isTrue();
        assertThat(root.path("permissions").size()).isZero();
        assertThat(jobs(workflow)).allMatch(job -> job.path("permissions").isObject());
        assertThat(jobs(workflow).flatMap(job -> stream(job.path("steps"))))
                .filteredOn(step -> step.path("uses").asText().startsWith("actions/checkout@"))
                .isNotEmpty()
                .allMatch(step -> !step.at("/with/persist-credentials").asBoolean(true));
    }

    @Test
    void buildsWithoutCredentials() throws IOException {
        JsonNode build = read(WORKFLOWS.resolve("release.yml")).at("/jobs/build");

        assertThat(build.path("permissions").toString()).isEqualTo("{\"contents\":\"read\"}");
        assertThat(build.toString()).doesNotContain("token", "secrets");
    }

    @Test
    void publishesWhatEachRunnerHasBuilt() throws IOException {
        JsonNode release = read(WORKFLOWS.resolve("release.yml"));
        List<String> runners =
                stream(release.at("/jobs/build/strategy/matrix/runner"))
                        .map(JsonNode::asText)
                        .toList();

        assertThat(runners).hasSize(2).anyMatch(each -> each.endsWith("-arm"));
        assertThat(release.at("/jobs/publish").toString())
                .contains(runners.stream().map(each -> "/images/" + each + "\\\"").toList());
    }

    /** Keyless: the identity is that of this workflow, and nothing is signed before it is there. */
    @Test
    void signsWhatItHasPublished() throws IOException {
        JsonNode publish = read(WORKFLOWS.resolve("release.yml")).at("/jobs/publish");
        List<String> steps =
                stream(publish.path("steps"))
                        .filter(step -> step.has("run"))
                        .map(step -> step.path("run").asText().strip().split(" ", 2)[0])
                        .toList();

        assertThat(publish.at("/permissions/id-token").asText()).isEqualTo("write");
        assertThat(publish.path("environment").asText()).isEqualTo("release");
        assertThat(publish.path("needs").asText()).isEqualTo("build");
        assertThat(publish.toString()).contains("cosign sign --yes");
        assertThat(steps).containsExactly("skopeo", ".ci/release", "xargs", "gh");
    }

    @Test
    void runsTheWholeCi() throws IOException {
        assertThat(jobs(WORKFLOWS.resolve("ci.yml")).flatMap(job -> stream(job.path("steps"))))
                .anyMatch(step -> step.path("run").asText().strip().endsWith(".ci/run"));
    }

    private static Stream<JsonNode> jobs(Path workflow) throws IOException {
        return stream(read(workflow).path("jobs"));
    }

    private static Stream<JsonNode> stream(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }

    private static JsonNode read(Path workflow) throws IOException {
        return new YAMLMapper().readTree(workflow.toFile());
    }
}
