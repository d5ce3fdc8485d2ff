package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Difference;
import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.apply.StoredTree;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.routes.KeyTree;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "diff",
        description =
                "Prints what apply would change, one object a line: + new, ~ changed, - gone. Never prints values.")
final class DiffCommand implements Callable<Integer> {
    @Mixin private final RouteSources routes = new RouteSources();
    @Mixin private final EtcdOptions options = new EtcdOptions();

    @Option(names = "--prune", description = "Also shows what would go because no file names it.")
    private boolean prune;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.of(spec);
        Optional<KeyTree> wanted = terminal.valid(routes.read());
        if (wanted.isEmpty()) {
            return ExitCode.INVALID.status();
        }
        try (Etcd etcd = options.open()) {
            StoredTree before = new Store(etcd, options.root()).read();
            Warnings.of(etcd, before, options.root(), options.user() != null)
                    .forEach(terminal::warn);
            var difference = Difference.between(before, wanted.get(), prune);
            terminal.print(difference);
            if (!prune) {
                LostCertificates.warning(difference).ifPresent(terminal::warn);
            }
            return ExitCode.OK.status();
        } catch (EtcdException e) {
            return terminal.fail(e, options);
        }
    }
}
