package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Apply;
import dev.forwardguard.edge.apply.Difference;
import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.apply.StoredTree;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.routes.KeyTree;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

@Command(
        name = "apply",
        description =
                "Writes routes into etcd, in one transaction, and the number of the canary with them.")
final class ApplyCommand implements Callable<Integer> {
    @Mixin private final RouteSources routes = new RouteSources();
    @Mixin private final EtcdOptions options = new EtcdOptions();

    @Option(names = "--prune", description = "Also deletes what no file names.")
    private boolean prune;

    @Option(names = "--dry-run", description = "Only prints what would change.")
    private boolean dryRun;

    @Option(
            names = "--max-txn-ops",
            paramLabel = "NUMBER",
            description = "etcd's flag of that name, if it is not to be found out by trying.")
    private @Nullable Integer operations;

    @Option(
            names = "--wait",
            arity = "1..*",
            split = ",",
            paramLabel = "URL",
            description =
                    "Waits until these gateways show the new number: URLs of their canary entry points.")
    private List<URI> gateways = List.of();

    @Option(
            names = "--timeout",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description =
                    "How long to wait for all gateways, such as 30s or 2m (${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(30);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.of(spec);
        Optional<KeyTree> wanted = terminal.valid(routes.read());
        if (wanted.isEmpty()) {
            return ExitCode.INVALID.status();
        }
        try (Etcd etcd = options.open();
                var rollout = new Rollout(gateways, timeout, options, terminal)) {
            return apply(wanted.get(), new Store(etcd, options.root()), etcd, rollout, terminal);
        } catch (EtcdException e) {
            return terminal.fail(e, options);
        }
    }

    private int apply(KeyTree wanted, Store store, Etcd etcd, Rollout rollout, Terminal terminal) {
        StoredTree before = store.read();
        Warnings.of(etcd, before, options.root(), options.user() != null).forEach(terminal::warn);
        var difference = Difference.between(before, wanted, prune);
        terminal.print(difference);
        if (!prune) {
            LostCertificates.warning(difference).ifPresent(terminal::warn);
        }
        if (dryRun) {
            return ExitCode.OK.status();
        }
        if (difference.isEmpty()) {
            return rollout.await(before.canary().orElse(0), store);
        }
        return write(difference, store, rollout, terminal);
    }

    private int write(Difference difference, Store store, Rollout rollout, Terminal terminal) {
        var limit = operations == null ? OptionalInt.empty() : OptionalInt.of(operations);
        return switch (outcome(new Apply(store, limit), difference, terminal)) {
            case Apply.Outcome.Written it -> {
                terminal.line(
                        "applied in %s, revision %d"
                                .formatted(transactions(it.transactions()), it.canary()));
                yield rollout.await(it.canary(), store);
            }
            case Apply.Outcome.Conflict it -> terminal.fail(ExitCode.CONFLICT, conflict(it));
            case Apply.Outcome.AboveLimit it -> terminal.fail(ExitCode.INVALID, aboveLimit(it));
        };
    }

    private static Apply.Outcome outcome(Apply apply, Difference difference, Terminal terminal) {
        try {
            return apply.write(difference);
        } catch (EtcdException e) {
            if (apply.written() > 0) {
                terminal.warn(
                        "%s: written, and nothing is open; the rest is missing, so run it again"
                                .formatted(transactions(apply.written())));
            }
            if (e.mayBeDone()) {
                terminal.warn(
                        "whether %s written is not known; run it again"
                                .formatted(
                                        apply.written() > 0
                                                ? "one more transaction was"
                                                : "the change was"));
            }
            throw e;
        }
    }

    private static String transactions(int number) {
        return number == 1 ? "one transaction" : number + " transactions";
    }

    private static String conflict(Apply.Outcome.Conflict it) {
        return "somebody else has written routes at the same time; %s. Run it again"
                .formatted(whatIsWritten(it));
    }

    private static String whatIsWritten(Apply.Outcome.Conflict it) {
        String known =
                "%d of %d transactions are written, and nothing is open"
                        .formatted(it.written(), it.transactions());
        if (it.mayBeMore()) {
            return (it.written() == 0 ? "" : known + "; ")
                    + "whether %s written before that is not known"
                            .formatted(
                                    it.written() == 0
                                            ? "the change was"
                                            : "one more transaction was");
        }
        return it.written() == 0 ? "nothing was written" : known;
    }

    private String aboveLimit(Apply.Outcome.AboveLimit it) {
        return ("some of these changes must happen in one transaction, of %d operations and %d bytes, and etcd"
                        + " takes less: start etcd with --max-txn-ops=%d and --max-request-bytes=%d or more; nothing"
                        + " was written")
                .formatted(
                        it.operations(),
                        it.bytes(),
                        it.operations(),
                        Math.max(it.bytes() * 5L / 4, 1_572_864));
    }
}
