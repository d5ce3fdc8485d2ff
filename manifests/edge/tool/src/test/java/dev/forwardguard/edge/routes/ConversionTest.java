package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** What becomes of values in keys, and which values keys cannot express. */
class ConversionTest {
    @TempDir private Path directory;

    @Test
    void listsHaveIndexesOfOneLength() {
        String servers =
                String.join(
                        "",
                        IntStream.rangeClosed(0, 10)
                                .mapToObj("          - url: http://127.0.0.1:8%03d\n"::formatted)
                                .toList());
        String yaml =
                "http:\n  services:\n    a:\n      loadBalancer:\n        servers:\n" + servers;

        assertThat(Written.keys(directory, yaml).keys())
                .hasSize(11)
                .containsEntry(
                        "http/services/a/loadBalancer/servers/00/url", "http://127.0.0.1:8000")
                .containsEntry(
                        "http/services/a/loadBalancer/servers/10/url", "http://127.0.0.1:8010");
    }

    @Test
    void emptyObjectsAreTrue() {
        String yaml =
                """
                http:
                  routers:
                    a: {rule: Path(`/`), service: ping@internal, tls: {}}
                  middlewares:
                    b: {compress: {}}
                """;

        assertThat(Written.keys(directory, yaml).keys())
                .containsEntry("http/routers/a/tls", "true")
                .containsEntry("http/middlewares/b/compress", "true");
    }

    @Test
    void fieldsAreSpelledAsInTheModel() {
        String yaml = "HTTP: {Routers: {Site: {RULE: Path(`/`), Service: ping@internal}}}";

        assertThat(Written.keys(directory, yaml).keys())
                .containsOnlyKeys("http/routers/Site/rule", "http/routers/Site/service");
    }

    @Test
    void certificatesOfAllFilesAreOneList() {
        String certificate =
                "tls: {certificates: [{certFile: pem/%1$s.pem, keyFile: pem/%1$s-key.pem}]}";
        FullExample example = fullExample();
        Path first = Written.write(example.directory(), "x.yaml", certificate.formatted("site"));
        Path second = Written.write(example.directory(), "y.yaml", certificate.formatted("rsa"));

        assertThat(RouteFiles.read(List.of(first, second), RouteFiles.ENTRY_POINTS))
                .isInstanceOfSatisfying(
                        Routes.Valid.class,
                        valid ->
                                assertThat(valid.keys().keys())
                                        .containsOnlyKeys(
                                                "tls/certificates/0/certFile",
                                                "tls/certificates/0/keyFile",
                                                "tls/certificates/1/certFile",
                                                "tls/certificates/1/keyFile"));
    }

    private FullExample fullExample() {
        try {
            return FullExample.in(directory);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chain: {middlewares: []} | is empty, which keys cannot express",
                "chain: {middlewares: b} | must be a list",
                "chain: {middlewares: ['b,c']} | cannot be empty, have a comma",
                "stripPrefix: {prefixes: ['/a,b']} | cannot be empty, have a comma",
                "stripPrefixRegex: {regex: ['^/.{1,2}']} | cannot be empty, have a comma",
                "stripPrefix: {prefixes: ['']} | cannot be empty, have a comma",
                "stripPrefix: {prefixes: [' /a']} | cannot be empty, have a comma",
                "'errors: {status: [404], service: ping@internal, statusRewrites: {404: 200}}'"
                        + " | write \"404-404\"",
                "'headers: {customRequestHeaders: {X-A: a, x-a: b}}' | is the same as",
                "'headers: {customRequestHeaders: {X/A: a}}' | must be a name as in HTTP",
                "'headers: {customRequestHeaders: {7: a}}' | a name of digits alone",
                "'headers: {customResponseHeaders: {X-A: 1.10}}' | put it in quotes",
                "'headers: {customResponseHeaders: {X-A: 0123}}' | put it in quotes",
                "'headers: {customResponseHeaders: {X-A: 2026-01-01}}' | put it in quotes",
                "'headers: {frameDeny: false}' | changes nothing",
                "'ipWhiteList: {sourceRange: [10.0.0.0/8]}' | its name is ipAllowList",
                "'basicAuth: {users: [a:b], usersFile: /etc/users}' | gateways have no such file",
                "'compress: true' | must be an object",
                "'compress: {}, retry: {attempts: 1}' | has more than one kind",
                "'plugin: {a: {b: c}, d: {e: f}}' | must name one plugin",
                "'plugin: {a: {b: {b: c}}}' | a setting inside of one of its name",
                "'plugin: {a: {b: [[c]]}}' | either values or objects",
                "'plugin: {a: {7: c}}' | digits alone",
                "'' | is empty: leave it out",
            })
    void rejects(String middleware, String expected) {
        String yaml = "http: {middlewares: {a: {%s}, b: {compress: {}}}}".formatted(middleware);

        assertThat(Written.problems(directory, yaml)).anyMatch(line -> line.contains(expected));
    }

    @Test
    void rejectsWhatIsNoMiddleware() {
        assertThat(Written.problems(directory, "http: {middlewares: {a: {compres: {}}}}"))
                .containsExactly(
                        "1: http.middlewares.a.compres: unknown field, did you mean compress?");
        assertThat(Written.problems(directory, "tcp: {services: {a: {servers: []}}}"))
                .containsExactly(
                        "1: tcp.services.a.servers: unknown field, there are loadBalancer, weighted");
    }

    @Test
    void neverPrintsWhatMayBeAKey() {
        String yaml =
                """
                tls:
                  certificates:
                    - certFile: MIGHAgEAMBMGByqGSM49AgEGCCqG
                      keyFile: MIGHAgEAMBMGByqGSM49AgEGCCqG
                """;

        assertThat(Written.problems(directory, yaml))
                .hasSize(2)
                .allMatch(line -> line.contains("is neither PEM nor a file"))
                .noneMatch(line -> line.contains("MIGH"));
    }
}
