package dev.forwardguard.manifests.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Nothing of the images' build is tied to one CPU architecture. */
class ArchitecturesIT {
    private static final Pattern AMD64 = Pattern.compile("amd64|x86[-_]64|\\bx64\\b");
    private static final Pattern ARM64 = Pattern.compile("arm64|aarch_?64");
    private static final String ANY = "ARCHITECTURE";
    private static final Pattern NATIVE = Pattern.compile(".*\\.(so|jnilib|dylib|dll)");

    static List<Path> buildFiles() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String directory : List.of("manifests/image", ".ci", ".mvn")) {
            try (var files = Files.list(Repository.ROOT.resolve(directory))) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        Stream.of("image.sh", "confined.sh", "jdk.sh")
                .map(each -> Repository.ROOT.resolve("manifests/local").resolve(each))
                .forEach(all::add);
        Stream.of("", "shared", "bot-block-guard", "authentik-guard", "manifests/edge/tool")
                .map(each -> Repository.ROOT.resolve(each).resolve("pom.xml"))
                .forEach(all::add);
        return all;
    }

    /** What a line says of amd64 it says of arm64, too, or another line of the same file does. */
    @ParameterizedTest
    @MethodSource("buildFiles")
    void saysTheSameOfBoth(Path file) throws IOException {
        List<String> lines =
                Files.readAllLines(file).stream()
                        .filter(each -> !each.contains("Mozilla/5.0"))
                        .toList();

        assertThat(naming(ARM64, lines)).containsAll(naming(AMD64, lines));
    }

    /** The lines that name it, as they would be for any architecture. */
    private static List<String> naming(Pattern architecture, List<String> lines) {
        return lines.stream()
                .filter(each -> architecture.matcher(each).find())
                .map(ArchitecturesIT::ofAny)
                .toList();
    }

    private static String ofAny(String text) {
        return ARM64.matcher(AMD64.matcher(text).replaceAll(ANY)).replaceAll(ANY);
    }

    /** Libraries are files of a jar, or jars of their own: of both architectures, or of none. */
    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard", "manifests/edge/tool"})
    void hasNativeLibrariesOfBoth(String module) throws IOException {
        Set<String> amd64 = new TreeSet<>();
        Set<String> arm64 = new TreeSet<>();
        for (String name : nativeLibraries(module)) {
            if (ARM64.matcher(name).find()) {
                arm64.add(ofAny(name));
            } else {
                assertThat(name).as("what is for one architecture says so").containsPattern(AMD64);
                amd64.add(ofAny(name));
            }
        }

        assertThat(arm64).isEqualTo(amd64);
    }

    @Test
    void hasEpollInGuards() throws IOException {
        assertThat(nativeLibraries("bot-block-guard"))
                .anyMatch(each -> each.contains("epoll") && ARM64.matcher(each).find());
    }

    private static List<String> nativeLibraries(String module) throws IOException {
        List<String> found = new ArrayList<>();
        try (var jars = Files.list(Repository.ROOT.resolve(module).resolve("target/lib"))) {
            for (Path jar : jars.toList()) {
                try (var content = new ZipFile(jar.toFile())) {
                    content.stream()
                            .map(each -> each.getName().toLowerCase(Locale.ROOT))
                            .filter(each -> NATIVE.matcher(each).matches())
                            // the jar's name has the architecture if it is for one only
                            .map(each -> jar.getFileName() + ": " + each)
                            .forEach(found::add);
                }
            }
        }
        return found;
    }
}
