package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Setup;
import dev.forwardguard.edge.etcd.Credentials;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "setup",
        description =
                "Makes etcd ready: roles, users, authentication on, and the canary route. Can run any number of times.")
final class SetupCommand implements Callable<Integer> {
    @Mixin private final EtcdOptions options = new EtcdOptions();

    @Option(
            names = "--routes-password-file",
            paramLabel = "FILE",
            defaultValue = "${env:EDGE_ROUTES_PASSWORD_FILE}",
            description =
                    "File with the password of the user routes (EDGE_ROUTES_PASSWORD_FILE). --password-file has root's.")
    private @Nullable Path routesPassword;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Terminal terminal = Terminal.of(spec);
        var routes =
                new Credentials(Setup.ROUTES, Passwords.of(routesPassword, "EDGE_ROUTES_PASSWORD"));
        var access = options.access(new Credentials(Setup.ROOT, options.password()));
        try (Etcd etcd = new Etcd(access)) {
            List<String> done = new Setup(etcd, options.root(), access).run(routes);
            done.forEach(terminal::line);
            if (done.isEmpty()) {
                terminal.line("nothing to do");
            }
            return ExitCode.OK.status();
        } catch (EtcdException e) {
            return terminal.fail(Remedy.exitCode(e), Remedy.of(e, options.root(), Setup.ROOT));
        }
    }
}
