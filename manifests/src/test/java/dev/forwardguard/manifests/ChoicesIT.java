package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the other tests render leaves nothing out that can be chosen. */
class ChoicesIT {
    private static final String FILE = "kustomization.yaml";

    /** A directory in the name of a choice. */
    private static final Pattern DIRECTORY = Pattern.compile("(base|components|overlays)[\\w./-]*");

    /** Also what is for one guard only, and what only another component lists. */
    @Test
    void haveEveryKustomization() throws IOException {
        Set<Path> chosen = new TreeSet<>();
        Choices.all()
                .flatMap(each -> DIRECTORY.matcher(each.name()).results())
                .map(MatchResult::group)
                .forEach(each -> add(Kustomization.MANIFESTS.resolve(each), chosen));

        assertThat(chosen).containsExactlyElementsOf(written());
    }

    /** Adds a directory, and all that it lists. */
    private static void add(Path directory, Set<Path> all) {
        if (all.add(directory)) {
            Document list = Document.read(directory.resolve(FILE));
            Stream.of("resources", "components")
                    .flatMap(each -> list.find(each).stream())
                    .flatMap(each -> each.list().stream())
                    .map(each -> directory.resolve(each.text()).normalize())
                    .filter(Files::isDirectory)
                    .forEach(each -> add(each, all));
        }
    }

    private static Set<Path> written() throws IOException {
        Set<Path> all = new TreeSet<>();
        for (String tree : List.of("base", "components", "overlays")) {
            try (var files = Files.walk(Kustomization.MANIFESTS.resolve(tree))) {
                files.filter(each -> each.endsWith(FILE)).map(Path::getParent).forEach(all::add);
            }
        }
        return all;
    }
}
