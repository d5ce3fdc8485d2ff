package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Store;
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
    private final Terminal terminal;

    Rollout(List<URI> urls, Duration limit, Terminal terminal) {
        this.gateways = new Gateways(urls);
        this.isEmpty = urls.isEmpty();
        this.limit = limit;
        this.terminal = terminal;
    }

    /** Returns the exit status. */
    int await(long canary, Store store) {
        if (isEmpty) {
            return ExitCode.OK.status();
        }
        Map<URI, Reading> readings = gateways.await(canary, limit);
        long now = isAbove(readings, canary) ? store.read().canary().orElse(0) : canary;
        int status = ExitCode.OK.status();
        for (var each : readings.entrySet()) {
            boolean served =
                    each.getValue() instanceof Reading.Shows it
                            && it.revision() >= canary
                            && it.revision() <= now;
            if (served) {
                terminal.line(each.getKey() + " serves revision " + each.getValue().text());
            } else {
                status =
                        terminal.fail(
                                ExitCode.STALE, Lag.advice(each.getKey(), each.getValue(), canary));
            }
        }
        return status;
    }

    /** Then somebody has applied something later, or etcd has lost its data. */
    private static boolean isAbove(Map<URI, Reading> readings, long canary) {
        return readings.values().stream()
                .anyMatch(each -> each instanceof Reading.Shows it && it.revision() > canary);
    }

    @Override
    public void close() {
        gateways.close();
    }
}
