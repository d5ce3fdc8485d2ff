package dev.forwardguard.edge.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

import java.net.URI;

/** The command {@code edge-routes}, whose parts are its subcommands. */
@Command(
        name = "edge-routes",
        description = "Puts the routes of edge gateways from files into etcd.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1,
        scope = ScopeType.INHERIT,
        subcommands = {
            Check.class,
            DiffCommand.class,
            ApplyCommand.class,
            StatusCommand.class,
            SetupCommand.class,
            HealCommand.class
        })
public final class EdgeRoutes {
    /** The command with all that belongs to it. */
    public static CommandLine commandLine(IFactory factory) {
        CommandLine line = new CommandLine(EdgeRoutes.class, factory);
        line.registerConverter(URI.class, new UrlConverter());
        line.setExecutionExceptionHandler((e, command, _) -> failed(e, command));
        line.setParameterExceptionHandler((e, _) -> misused(e));
        return line;
    }

    /** Wrong options and files that they name come as this; all else is a bug. */
    private static int failed(Exception e, CommandLine command) throws Exception {
        if (e instanceof IllegalArgumentException) {
            return Terminal.of(command.getCommandSpec())
                    .fail(ExitCode.INVALID, String.valueOf(e.getMessage()));
        }
        throw e;
    }

    private static int misused(ParameterException e) {
        CommandLine command = e.getCommandLine();
        int status =
                Terminal.of(command.getCommandSpec())
                        .fail(ExitCode.INVALID, String.valueOf(e.getMessage()));
        command.getErr().println("edge-routes " + command.getCommandName() + " --help says more");
        return status;
    }
}
