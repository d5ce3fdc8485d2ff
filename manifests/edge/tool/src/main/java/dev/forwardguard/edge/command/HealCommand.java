package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.apply.StoredTree;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.heal.ApiAccess;
import dev.forwardguard.edge.heal.Heal;
import dev.forwardguard.edge.heal.HealException;
import dev.forwardguard.edge.heal.HealException.Reason;
import dev.forwardguard.edge.heal.Snapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

@Command(
        name = "heal",
        description = {
            "Replaces gateways that stay behind etcd. Runs in a pod of the gateways' cluster.",
            "Nothing that serves is stopped before a gateway that has just been started shows the current routes. If it does"
                    + " not, nothing is stopped at all, and the exit status is 4."
        })
final class HealCommand implements Callable<Integer> {
    @Mixin private EtcdOptions options = new EtcdOptions();

    @Option(
            names = "--namespace",
            defaultValue = "edge",
            description = "Namespace of the gateways (default: ${DEFAULT-VALUE}).")
    private String namespace = "edge";

    @Option(
            names = "--gateway",
            paramLabel = "NAME",
            defaultValue = "gateway",
            description =
                    "Name of the gateways' Deployment or DaemonSet (default: ${DEFAULT-VALUE}).")
    private String name = "gateway";

    @Option(
            names = "--behind",
            paramLabel = "DURATION",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long a gateway must have been behind (default: ${DEFAULT-VALUE}).")
    private Duration behind = Duration.ofMinutes(1);

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "2m",
            converter = DurationConverter.class,
            description =
                    "How long a new gateway may take until it shows the routes (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofMinutes(2);

    @Option(
            names = "--dry-run",
            description = "Only says which gateways are behind; exit status 4 if any is.")
    private boolean dryRun;

    @Option(
            names = "--service-account",
            paramLabel = "DIRECTORY",
            defaultValue = ApiAccess.MOUNT,
            description =
                    "Where the token and the CA of the API server are mounted (default: ${DEFAULT-VALUE}).")
    private Path serviceAccount = Path.of(ApiAccess.MOUNT);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        Terminal terminal = Terminal.of(spec);
        try (Etcd etcd = options.open()) {
            ApiAccess access = ApiAccess.from(System.getenv(), serviceAccount);
            Store store = new Store(etcd, options.root());
            var what = new Heal.Options(name, behind, timeout, dryRun);
            Heal.run(access, namespace, () -> snapshot(store), what, terminal::line);
            return ExitCode.OK.status();
        } catch (HealException e) {
            return terminal.fail(exitCode(e.reason()), e.line());
        }
    }

    private Snapshot snapshot(Store store) {
        try {
            StoredTree tree = store.read();
            return new Snapshot(tree.canary(), tree.modRevisions());
        } catch (EtcdException e) {
            throw new HealException(
                    Reason.UNREACHABLE, Remedy.of(e, options.root(), options.user()));
        }
    }

    private static ExitCode exitCode(Reason reason) {
        return switch (reason) {
            case INVALID -> ExitCode.INVALID;
            case CONFLICT -> ExitCode.CONFLICT;
            case UNREACHABLE -> ExitCode.UNREACHABLE;
            case STALE -> ExitCode.STALE;
        };
    }
}
