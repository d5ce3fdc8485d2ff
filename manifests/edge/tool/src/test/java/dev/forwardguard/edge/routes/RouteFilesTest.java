package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class RouteFilesTest {
    private static final String ROUTER =
            "http: {routers: {%s: {rule: Path(`/`), service: ping@internal}}}\n";

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 1: is empty: write {}",
                "'# only a comment' | 1: is empty",
                "'- a' | 1: must be a mapping with http, tcp, udp or tls",
                "'http: [' | 1: is no YAML",
                "'a: b: c' | 1: is no YAML",
                "'http: {routers: {a: {rule: *missing}}}' | 1: is no YAML",
                "'htp: {a: b}' | 1: htp: unknown field, did you mean http?",
                "'http: {}' | 1: http: is empty: leave it out",
                "'http:' | 1: http: has no value",
                "'http: ~' | 1: http: has no value",
                "'http: {routers: []}' | 1: http.routers: must be an object with fields",
                "'http: {routers: !x {a: b}}' | 1: has a tag",
                "'http: &a {routers: *a}' | 1: is nested too deeply, or refers to itself",
                "'? [a] : b' | 1: a name must be a text",
                "'http: {models: {a: {tls: {}}}}' | 1: http.models: entry points make models",
                "'http: {routers: {a/b: {rule: Path(`/`)}}}' | a name cannot have a slash",
                "'http: {routers: {404: {rule: Path(`/`)}}}' | a name of digits alone",
                "'http: {routers: {a b: {rule: Path(`/`)}}}' | a name has only letters",
                "'http: {routers: {1.0: {rule: Path(`/`)}}}' | YAML reads this name as a number",
                "'http: {routers: {a@etcd: {rule: Path(`/`)}}}' | a name has only letters",
                "'http: {routers: {edge-revision: {rule: Path(`/`)}}}' | is the canary",
                "'http: {middlewares: {Edge-Revision: {compress: {}}}}' | is the canary",
            })
    void rejects(String yaml, String expected) {
        assertThat(Written.problems(directory, yaml)).anyMatch(line -> line.contains(expected));
    }

    /** So the last route can go. */
    @Test
    void takesFileWithoutRoutes() {
        assertThat(Written.problems(directory, "# none\n{}\n")).isEmpty();
    }

    @Test
    void rejectsSecondDocument() {
        String yaml = ROUTER.formatted("a") + "---\n" + ROUTER.formatted("b");

        assertThat(Written.problems(directory, yaml))
                .singleElement()
                .asString()
                .startsWith("3: a second document");
    }

    @Test
    void rejectsTemplates() {
        assertThat(Written.problems(directory, "http:\n  routers: {{ range $i }}\n"))
                .singleElement()
                .asString()
                .startsWith("2: {{ begins a template");
    }

    @Test
    void namesBothLinesOfRepeatedKeys() {
        String yaml =
                """
                http:
                  services:
                    a: {loadBalancer: {servers: [{url: "http://a"}]}}
                    a: {loadBalancer: {servers: [{url: "http://b"}]}}
                """;

        assertThat(Written.problems(directory, yaml))
                .containsExactly("4: \"a\" is a second time here, first in line 3");
    }

    @Test
    void rejectsTwoSpellingsOfOneField() {
        String yaml =
                """
                http:
                  routers:
                    a:
                      rule: Path(`/`)
                      Rule: Path(`/b`)
                      SERVICE: ping@internal
                """;

        assertThat(Written.problems(directory, yaml))
                .containsExactly(
                        "5: http.routers.a.Rule: is the same as http.routers.a.rule in line 4:"
                                + " names in keys have no case");
    }

    @Test
    void namesBothFilesOfOneObject() {
        Path first = Written.write(directory, "1.yaml", ROUTER.formatted("site"));
        Path second = Written.write(directory, "2.yml", "\n" + ROUTER.formatted("Site"));

        Routes routes = RouteFiles.read(List.of(directory), RouteFiles.ENTRY_POINTS);

        assertThat(routes)
                .isInstanceOfSatisfying(
                        Routes.Invalid.class,
                        invalid ->
                                assertThat(invalid.problems())
                                        .singleElement()
                                        .hasToString(
                                                second
                                                        + ":2: http.routers.Site: is there already, in "
                                                        + first
                                                        + ":1 as http.routers.site: names in keys"
                                                        + " have no case"));
    }

    @Test
    void readsDirectoriesWithoutWhatIsHidden() throws IOException {
        Files.createDirectories(directory.resolve("inner/most"));
        Files.createDirectory(directory.resolve("..data"));
        Written.write(directory, "inner/most/C.YML", ROUTER.formatted("c"));
        Written.write(directory, "..data/c.yaml", "wrong");
        Written.write(directory, ".d.yaml", "wrong");
        Written.write(directory, "e.txt", "wrong");
        Written.write(directory, "a.yaml", ROUTER.formatted("a"));
        Written.write(directory, "b.yml", ROUTER.formatted("b"));

        assertThat(RouteFiles.read(List.of(directory), RouteFiles.ENTRY_POINTS))
                .isInstanceOfSatisfying(
                        Routes.Valid.class,
                        valid ->
                                assertThat(valid.keys().objects().keySet())
                                        .map(ObjectName::name)
                                        .containsExactly("a", "b", "c"));
    }

    @Test
    void rejectsToml() throws IOException {
        Written.write(directory, "a.toml", "[http]");

        assertThat(RouteFiles.read(List.of(directory), RouteFiles.ENTRY_POINTS).toString())
                .contains("is TOML");
    }

    @Test
    void rejectsMissingFilesAndEmptyDirectories() {
        Path missing = directory.resolve("missing.yaml");

        assertThat(RouteFiles.read(List.of(directory, missing), RouteFiles.ENTRY_POINTS))
                .isInstanceOfSatisfying(
                        Routes.Invalid.class,
                        invalid ->
                                assertThat(invalid.problems())
                                        .map(Problem::toString)
                                        .containsExactly(
                                                directory + ":1: has no *.yaml or *.yml",
                                                missing + ":1: no such file"));
    }

    @Test
    void rejectsLargeFilesAndOtherEncodings() throws IOException {
        Path large = Files.write(directory.resolve("1.yaml"), new byte[(4 << 20) + 1]);
        Path other = Files.write(directory.resolve("2.yaml"), new byte[] {'a', (byte) 0xe4});

        assertThat(RouteFiles.read(List.of(large, other), RouteFiles.ENTRY_POINTS))
                .isInstanceOfSatisfying(
                        Routes.Invalid.class,
                        invalid ->
                                assertThat(invalid.problems())
                                        .map(Problem::text)
                                        .containsExactly(
                                                "larger than 4 MiB: split the file",
                                                "is not UTF-8"));
    }

    @Test
    void rejectsAliasesThatExplode() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            String before = ("*a" + (i - 1) + ", ").repeat(10);
            yaml.append("a%d: &a%d [%s]\n".formatted(i, i, before));
        }

        assertThat(Written.problems(directory, yaml.toString()))
                .singleElement()
                .asString()
                .contains("more than 300,000 values");
    }

    @Test
    void mergesMappings() {
        String yaml =
                """
                http:
                  routers:
                    a: &a
                      rule: Path(`/a`)
                      service: ping@internal
                      priority: 3
                    b:
                      <<: *a
                      rule: Path(`/b`)
                """;

        assertThat(Written.keys(directory, yaml).keys())
                .containsEntry("http/routers/b/rule", "Path(`/b`)")
                .containsEntry("http/routers/b/priority", "3");
    }
}
