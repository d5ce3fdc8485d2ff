package dev.forwardguard.edge.command;

import dev.forwardguard.edge.routes.Routes;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** The subcommand {@code check}. */
@Command(
        name = "check",
        description = "Checks files of routes, and writes nothing.",
        exitCodeOnInvalidInput = 1,
        mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
    @Mixin private final RouteSources sources = new RouteSources();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return switch (sources.read()) {
            case Routes.Valid valid -> {
                spec.commandLine().getOut().println(Inventory.of(valid.keys()) + " are valid");
                yield ExitCode.OK.status();
            }
            case Routes.Invalid invalid -> {
                ProblemReport.print(invalid.problems(), spec.commandLine().getErr());
                yield ExitCode.INVALID.status();
            }
        };
    }
}
