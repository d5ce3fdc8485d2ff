package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules for all shell scripts. */
class ScriptsIT {
    /** The host of an address, if it has the form of a public one. */
    private static final Pattern PUBLIC_HOST =
            Pattern.compile("https?://((?:[a-z0-9-]+\\.)+[a-z]{2,}(?<!\\.svc))(?![a-z0-9.-])");

    /**
     * Packages come from where each package manager's own settings say: a mirror, for example,
     * where the public registry cannot be reached.
     */
    @Test
    void nameNoPublicAddress() throws IOException {
        List<Path> scripts = scripts();

        assertThat(scripts).hasSizeGreaterThan(10);
        for (Path script : scripts) {
            assertThat(PUBLIC_HOST.matcher(Files.readString(script)).results())
                    .as(script.toString())
                    .extracting(found -> found.group(1))
                    .isEmpty();
        }
    }

    private static List<Path> scripts() throws IOException {
        Path manifests = Repository.ROOT.resolve("manifests");
        try (var edge = Files.list(manifests.resolve("edge"));
                var local = Files.list(manifests.resolve("local"));
                var tests = Files.list(manifests.resolve("tests"));
                var ci = Files.list(Repository.ROOT.resolve(".ci"))) {
            return Stream.of(edge, local, tests, ci)
                    .flatMap(each -> each)
                    .filter(Files::isRegularFile)
                    .filter(Files::isExecutable)
                    .toList();
        }
    }
}
