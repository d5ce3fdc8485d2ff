package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.gateway.Gateways;
import dev.forwardguard.edge.gateway.Lag;
import dev.forwardguard.edge.gateway.Metrics;
import dev.forwardguard.edge.gateway.MetricsServer;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

@Command(
        name = "status",
        description =
                "Shows which revision each gateway serves, beside etcd's. Exit status 4 if one is behind.")
final class StatusCommand implements Callable<Integer> {
    /** A scrape ends after 10 s by default, so etcd and gateways together must answer before. */
    private static final Duration PER_SCRAPE = Duration.ofSeconds(4);

    @Parameters(
            arity = "1..*",
            paramLabel = "GATEWAY-URL",
            description = "URLs of the gateways' canary entry points.")
    private List<URI> urls = List.of();

    @Mixin private final EtcdOptions options = new EtcdOptions();

    @Option(
            names = "--metrics",
            paramLabel = "PORT",
            description = "Serves Prometheus metrics at /metrics instead, until it is ended.")
    private @Nullable Integer port;

    @Option(
            names = "--raise",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description =
                    "With --metrics: raises the number of the canary this often, such as 5m, so that a gateway that has"
                            + " stopped to follow is seen before the next change.")
    private @Nullable Duration raise;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Terminal terminal = Terminal.of(spec);
        try (var gateways = new Gateways(urls)) {
            return port == null ? table(gateways, terminal) : serve(port, gateways, terminal);
        } catch (EtcdException e) {
            return terminal.fail(e, options);
        }
    }

    private int table(Gateways gateways, Terminal terminal) {
        try (Etcd etcd = options.open()) {
            return table(new Store(etcd, options.root()), gateways, terminal);
        }
    }

    private static int table(Store store, Gateways gateways, Terminal terminal) {
        OptionalLong first = store.read().canary();
        var readings = gateways.read();
        OptionalLong last =
                Lag.isAnyAbove(readings.values(), first.orElse(0)) ? store.read().canary() : first;
        int width =
                Math.max(
                        "etcd".length(),
                        readings.keySet().stream()
                                .mapToInt(each -> each.toString().length())
                                .max()
                                .orElse(0));
        String row = "%-" + width + "s  %s";
        terminal.line(
                row.formatted(
                        "etcd",
                        last.isPresent()
                                ? last.getAsLong()
                                : "no canary: run edge-routes setup or apply"));
        readings.forEach((url, reading) -> terminal.line(row.formatted(url, reading.text())));
        int status = ExitCode.OK.status();
        for (var each : readings.entrySet()) {
            if (!Lag.isCurrent(each.getValue(), first.orElse(0), last.orElse(0))) {
                status =
                        terminal.fail(
                                ExitCode.STALE,
                                Lag.advice(each.getKey(), each.getValue(), last.orElse(0)));
            }
        }
        return status;
    }

    private int serve(int port, Gateways gateways, Terminal terminal)
            throws IOException, InterruptedException {
        try (var store = new LastingStore(options, PER_SCRAPE, raise, System::nanoTime, terminal);
                var server = new MetricsServer(port, () -> metrics(store, gateways))) {
            terminal.line("serving metrics at port " + server.port());
            new CountDownLatch(1).await();
            return ExitCode.OK.status();
        }
    }

    private static String metrics(LastingStore store, Gateways gateways) {
        var readings = gateways.read();
        try {
            return Metrics.text(readings, store.canary(), true);
        } catch (EtcdException _) {
            return Metrics.text(readings, OptionalLong.empty(), false);
        }
    }
}
