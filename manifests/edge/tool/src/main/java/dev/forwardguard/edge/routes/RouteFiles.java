package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.yaml.YamlException;
import dev.forwardguard.edge.routes.yaml.YamlFile;
import dev.forwardguard.edge.routes.yaml.YamlValue.Mapping;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Reads and checks files of routes. */
public final class RouteFiles {
    /** The gateways' entry points that routes may name. */
    public static final Set<String> ENTRY_POINTS = Set.of("web", "websecure");

    private static final int MAX_FILES = 1_000;

    /** Of directories in directories. */
    private static final int MAX_DEPTH = 16;

    private RouteFiles() {}

    /**
     * Reads files in the form of Traefik's file provider, checks them as one configuration and
     * turns them into keys.
     *
     * @param paths files, and directories whose {@code *.yaml} and {@code *.yml} are read in the
     *     order of their paths, as Traefik's file provider does, but without hidden ones
     * @param entryPoints the names that routers may use; those for UDP end with {@code /udp}
     */
    public static Routes read(List<Path> paths, Set<String> entryPoints) {
        Draft draft = new Draft();
        List<Path> files = files(paths, draft);
        readAndCheck(files, entryPoints, draft);
        if (draft.problems().isEmpty()) {
            return new Routes.Valid(draft.keyTree());
        }
        Comparator<Problem> order =
                Comparator.comparingInt((Problem problem) -> files.indexOf(problem.file()))
                        .thenComparingInt(Problem::line);
        return new Routes.Invalid(draft.problems().stream().sorted(order).distinct().toList());
    }

    private static void readAndCheck(List<Path> files, Set<String> entryPoints, Draft draft) {
        List<Mapping> mappings = new ArrayList<>();
        for (Path file : files) {
            try {
                mappings.add(YamlFile.read(file));
            } catch (YamlException e) {
                draft.problem(new Problem(file, e.line(), "", e.reason()));
            } catch (IOException e) {
                draft.problem(new Problem(file, 1, "", unreadable(e)));
            }
        }
        convert(mappings, new EntryPoints(entryPoints), draft);
        Checks.run(draft);
    }

    /** Converts what was read; each value is checked by itself. */
    static void convert(List<Mapping> mappings, EntryPoints entryPoints, Draft draft) {
        Conversion conversion = new Conversion(draft, entryPoints);
        mappings.forEach(conversion::add);
        conversion.finish();
    }

    private static List<Path> files(List<Path> paths, Draft draft) {
        Set<Path> files = new LinkedHashSet<>();
        for (Path path : paths) {
            try {
                List<Path> found = Files.isDirectory(path) ? inDirectory(path) : List.of(path);
                if (found.isEmpty()) {
                    draft.problem(new Problem(path, 1, "", "has no *.yaml or *.yml"));
                }
                files.addAll(found);
            } catch (IOException e) {
                draft.problem(new Problem(path, 1, "", unreadable(e)));
            }
        }
        if (files.size() > MAX_FILES) {
            draft.problem(new Problem(paths.get(0), 1, "", "more than 1,000 files"));
            return List.of();
        }
        return new ArrayList<>(files);
    }

    private static List<Path> inDirectory(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory, MAX_DEPTH)) {
            return entries.filter(each -> isRouteFile(directory.relativize(each), each))
                    .sorted()
                    .toList();
        }
    }

    /** A volume of Kubernetes has its files a second time, in a hidden directory. */
    private static boolean isRouteFile(Path below, Path file) {
        String name = below.toString().toLowerCase(Locale.ROOT);
        for (Path part : below) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".toml"))
                && Files.isRegularFile(file);
    }

    private static String unreadable(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        boolean reason = e instanceof FileSystemException known && known.getReason() != null;
        return "cannot be read" + (reason ? ": " + ((FileSystemException) e).getReason() : "");
    }
}
