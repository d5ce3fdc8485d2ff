import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Checks or applies the source format of every Java file below a directory. A program of its own
 * instead of a Maven plugin, because google-java-format can only parse the language version of the
 * JDK that it runs on, and Maven may run on an older one.
 *
 * <p>Usage: {@code java -cp google-java-format-all-deps.jar Format.java check|apply ROOT}
 */
class Format {
    private static final JavaFormatterOptions.Style STYLE = JavaFormatterOptions.Style.AOSP;

    /** Build output, and what scripts keep: system images, in which /proc may be mounted. */
    private static final Set<String> SKIPPED = Set.of("target", ".local", ".git");

    public static void main(String[] arguments) throws IOException, FormatterException {
        boolean apply = arguments[0].equals("apply");
        Path root = Path.of(arguments[1]);
        var formatter = new Formatter(JavaFormatterOptions.builder().style(STYLE).build());
        int wrong = 0;
        for (Path file : sources(root)) {
            String before = Files.readString(file);
            String after =
                    formatter.formatSource(
                            RemoveUnusedImports.removeUnusedImports(
                                    ImportOrderer.reorderImports(before, STYLE)));
            if (after.equals(before)) {
                continue;
            }
            wrong++;
            if (apply) {
                Files.writeString(file, after);
            }
            System.out.println((apply ? "formatted " : "not formatted: ") + root.relativize(file));
        }
        if (wrong > 0 && !apply) {
            System.out.println(
                    wrong + " files are not formatted; 'mvn -N -P format validate' formats them");
            System.exit(1);
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        String name = directory.getFileName().toString();
                        return SKIPPED.contains(name)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.toString().endsWith(".java")) {
                            sources.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        Collections.sort(sources);
        return sources;
    }
}
