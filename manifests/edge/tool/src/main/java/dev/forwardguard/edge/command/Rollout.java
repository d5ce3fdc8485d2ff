package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Store;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.gateway.Gateways;
import dev.forwardguard.edge.gateway.Lag;
import dev.forwardguard.edge.gateway.Reading;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Waits for gateways after a change, and says which of them did not follow. */
final class Rollout implements AutoCloseable {
    private final Gateways gateways;
    private final boolean isEmpty;
    private final Duration limit;
    private final EtcdOptions options;
    private final Terminal terminal;

    Rollout(List<URI> urls, Duration limit, EtcdOptions options, Terminal terminal) {
        this.gateways = new Gateways(urls);
        this.isEmpty = urls.isEmpty();
        this.limit = limit;
        this.options = options;
        this.terminal = terminal;
    }

    /** Returns the exit status. */
    int await(long canary, Store store) {
        if (isEmpty) {
            return ExitCode.OK.status();
        }
        Map<URI, Reading> readings = gateways.await(canary, limit);
        if (!Lag.isAnyAbove(readings.values(), canary)) {
            return report(readings, canary, canary);
        }
        try {
            return report(readings, canary, store.read().canary().orElse(0));
        } catch (EtcdException e) {
            return reportWithoutEtcd(readings, canary, e);
        }
    }

    /**
     * @param first the number that was applied
     * @param last the number that etcd has now
     */
    private int report(Map<URI, Reading> readings, long first, long last) {
        int status = ExitCode.OK.status();
        for (var each : readings.entrySet()) {
            if (Lag.isCurrent(each.getValue(), first, last)) {
                served(each);
            } else {
                status = stale(each, last);
            }
        }
        return status;
    }

    /** The routes are written, whatever etcd says now. */
    private int reportWithoutEtcd(Map<URI, Reading> readings, long canary, EtcdException e) {
        boolean areAllCurrent = true;
        for (var each : readings.entrySet()) {
            if (Lag.isCurrent(each.getValue(), canary, Long.MAX_VALUE)) {
                served(each);
            } else {
                stale(each, canary);
                areAllCurrent = false;
            }
        }
        int status =
                terminal.fail(
                        ExitCode.UNREACHABLE,
                        "revision %d is applied, but whether etcd has the later one that a gateway shows is not known: %s"
                                .formatted(canary, Remedy.of(e, options.root(), options.user())));
        return areAllCurrent ? status : ExitCode.STALE.status();
    }

    private void served(Map.Entry<URI, Reading> gateway) {
        terminal.line(gateway.getKey() + " serves revision " + gateway.getValue().text());
    }

    private int stale(Map.Entry<URI, Reading> gateway, long canary) {
        return terminal.fail(
                ExitCode.STALE, Lag.advice(gateway.getKey(), gateway.getValue(), canary));
    }

    @Override
    public void close() {
        gateways.close();
    }
}
