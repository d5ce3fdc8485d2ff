package dev.forwardguard.edge.command;

import dev.forwardguard.edge.routes.RouteFiles;
import dev.forwardguard.edge.routes.Routes;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where routes come from: the files of a command, and what is known of the gateways. */
final class RouteSources {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files of routes, or directories with *.yaml and *.yml.")
    private List<Path> paths = List.of();

    @Option(
            names = "--entry-points",
            split = ",",
            paramLabel = "NAME",
            description = {
                "More entry points of the gateways, parted by commas, beside web and websecure.",
                "Those for UDP end with /udp."
            })
    private Set<String> entryPoints = Set.of();

    Routes read() {
        Set<String> known = new LinkedHashSet<>(RouteFiles.ENTRY_POINTS);
        known.addAll(entryPoints);
        return RouteFiles.read(paths, known);
    }
}
