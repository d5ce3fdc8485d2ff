package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Repository;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All manuals of the project: links and runbooks lead somewhere, the first one is short. */
class ManualsIT {
    private static final Pattern RUNBOOK = Pattern.compile("runbook_url: *(\\S+)");
    private static final Pattern MAPPED = Pattern.compile("^\\| `(\\S+)` \\|");
    private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w+)`");
    private static final List<Path> CODE =
            Stream.of("shared", "authentik-guard", "bot-block-guard")
                    .map(each -> each + "/src/main/java/dev/forwardguard")
                    .map(Repository.ROOT::resolve)
                    .toList();

    static List<Manual> manuals() throws IOException {
        return files(Repository.ROOT, ".md").stream()
                .map(each -> Manual.of(each.toString()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("manuals")
    void linksToFilesAndHeadings(Manual manual) {
        assertThat(manual.deadLinks()).isEmpty();
    }

    @Test
    void linksRunbooksToHeadings() throws IOException {
        List<String> runbooks = new ArrayList<>();
        for (Path file : files(Kustomization.MANIFESTS, ".yaml")) {
            RUNBOOK.matcher(Files.readString(file))
                    .results()
                    .forEach(found -> runbooks.add(found.group(1)));
        }

        assertThat(runbooks).hasSizeGreaterThan(20);
        for (String runbook : runbooks) {
            assertThat(runbook).startsWith(Manual.PUBLISHED).contains("#");
            String path = runbook.substring(Manual.PUBLISHED.length());
            int end = path.indexOf('#');
            assertThat(Manual.of(path.substring(0, end)).section(path.substring(end + 1)))
                    .as(runbook)
                    .contains("**Meaning**", "**Impact**", "**Diagnosis**", "**Mitigation**");
        }
    }

    /** They would replace lists of whoever installed the charts, or what others changed since. */
    @ParameterizedTest
    @MethodSource("manuals")
    void changesNoReleasesOfOthers(Manual manual) {
        assertThat(manual.text()).doesNotContainPattern("helm (upgrade|rollback|install)");
    }

    @Test
    void keepsReadmeShort() {
        List<String> lines = Manual.of("README.md").text().lines().toList();

        assertThat(lines).hasSizeLessThanOrEqualTo(200);
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
    }

    /** Each package of the guards has its line in the map, and there are no others. */
    @Test
    void mapsAllPackages() throws IOException {
        List<String> packages = new ArrayList<>();
        for (Path code : CODE) {
            for (Path file : files(code, "package-info.java")) {
                Path name = code.relativize(file.resolveSibling(""));
                packages.add(name.toString().replace('/', '.'));
            }
        }

        assertThat(names(MAPPED, "package-map")).containsExactlyInAnyOrderElementsOf(packages);
    }

    @Test
    void showsTypesThatExist() throws IOException {
        Set<String> types = new HashSet<>();
        for (Path code : CODE) {
            for (Path file : files(code, ".java")) {
                types.add(file.getFileName().toString().replace(".java", ""));
            }
        }

        assertThat(names(TYPE, "the-way-of-a-request")).isSubsetOf(types).hasSizeBetween(30, 40);
    }

    /** The names in the table of a section. */
    private static Set<String> names(Pattern pattern, String anchor) {
        return Manual.of("shared/README.md")
                .section(anchor)
                .lines()
                .filter(line -> line.startsWith("|"))
                .flatMap(row -> pattern.matcher(row).results())
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    /** Without what was built or downloaded. */
    private static List<Path> files(Path directory, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes any) {
                        String name = each.getFileName().toString();
                        boolean hidden = name.startsWith(".") && !name.equals(".github");
                        boolean skipped = hidden || name.equals("target");
                        return skipped && !each.equals(directory)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path each, BasicFileAttributes any) {
                        if (each.toString().endsWith(suffix)) {
                            found.add(each);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
