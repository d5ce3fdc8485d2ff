package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Difference;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.Routes;

import picocli.CommandLine.Model.CommandSpec;

import java.io.PrintWriter;
import java.util.Optional;

/** Where a command prints: results to one stream, warnings and errors to the other. */
record Terminal(PrintWriter out, PrintWriter errors) {
    static Terminal of(CommandSpec spec) {
        return new Terminal(spec.commandLine().getOut(), spec.commandLine().getErr());
    }

    void line(String text) {
        out.println(onOneLine(text));
        out.flush();
    }

    void warn(String text) {
        errors.println("warning: " + onOneLine(text));
        errors.flush();
    }

    /** Prints an error, and returns the exit status for it. */
    int fail(ExitCode code, String text) {
        errors.println("error: " + onOneLine(text));
        errors.flush();
        return code.status();
    }

    /** The same for a failure of etcd. */
    int fail(EtcdException e, EtcdOptions options) {
        return fail(Remedy.exitCode(e), Remedy.of(e, options.root(), options.user()));
    }

    /** What files hold; nothing if something is wrong in them, which is then printed. */
    Optional<KeyTree> valid(Routes routes) {
        return switch (routes) {
            case Routes.Valid it -> Optional.of(it.keys());
            case Routes.Invalid it -> {
                ProblemReport.print(it.problems(), errors);
                yield Optional.empty();
            }
        };
    }

    void print(Difference difference) {
        difference.changes().forEach(each -> line(each.toString()));
        if (difference.canary()) {
            line("~ the canary route");
        }
        if (difference.isEmpty()) {
            line("no difference");
        }
    }

    /**
     * Names of keys come from whoever may write into etcd. Not only line ends: a terminal obeys the
     * controls of ASCII and C1, and text with bidi controls shows something else than it is.
     */
    static String onOneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
