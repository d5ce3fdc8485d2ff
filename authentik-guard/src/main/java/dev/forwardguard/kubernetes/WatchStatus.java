package dev.forwardguard.kubernetes;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The state of the connection to the API server, in metrics and in one log line per change. A
 * successful list after failed watches is not a recovery yet; otherwise a server that closes every
 * watch would fill the log. The watch has to stay open for a while first.
 *
 * <ul>
 *   <li>{@code guard_credentials_reads_total{result}}: lists and watches, by result
 *   <li>{@code guard_credentials_reconnects_total}: reconnects after a failed list or watch
 * </ul>
 */
final class WatchStatus {
    private static final Logger LOG = LoggerFactory.getLogger(WatchStatus.class);

    private final String secret;
    private final Duration minWatch;
    private final Map<ListWatchResult, Counter> reads = new EnumMap<>(ListWatchResult.class);
    private final Counter reconnects;
    private final Set<ListWatchResult> logged = EnumSet.noneOf(ListWatchResult.class);
    private boolean present;
    private int shortWatches;
    private int watches;
    private boolean forbidden;
    private volatile String state = "starting";

    /**
     * @param minWatch after how long an open watch counts as a success
     */
    WatchStatus(String secret, Duration minWatch, MeterRegistry registry, Tags tags) {
        this.secret = secret;
        this.minWatch = minWatch;
        for (ListWatchResult result : ListWatchResult.values()) {
            reads.put(
                    result,
                    Counter.builder("guard.credentials.reads")
                            .description("Lists and watches of the Secret, by result")
                            .tags(tags)
                            .tag("result", result.label())
                            .register(registry));
        }
        reconnects =
                Counter.builder("guard.credentials.reconnects")
                        .description("Reconnects to the API server after a failed list or watch")
                        .tags(tags)
                        .register(registry);
    }

    /** {@code starting}, {@code followed}, {@code absent}, or the label of the last failure. */
    String state() {
        return state;
    }

    /** Records a successful list. */
    synchronized void listed(boolean exists) {
        count(ListWatchResult.OK);
        present = exists;
        if (shortWatches < 2) {
            recovered();
        }
    }

    /**
     * Records that the server has answered a watch. Its first event may take hours, so a thread
     * waits for the watch to last, if the ones before did not.
     *
     * @return to be closed when the watch ends
     */
    synchronized OpenWatch watchOpened() {
        int watch = ++watches;
        if (shortWatches < 2) {
            return () -> {};
        }
        Thread waiting = Thread.ofVirtual().name("open-watch").start(() -> awaitSettled(watch));
        return () -> watchClosed(waiting);
    }

    /** However the watch ended: its thread, if it wakes up just now, must not find it open. */
    private synchronized void watchClosed(Thread waiting) {
        watches++;
        waiting.interrupt();
    }

    private void awaitSettled(int watch) {
        try {
            Thread.sleep(minWatch);
            settled(watch);
        } catch (InterruptedException e) {
            LOG.debug("The watch was short, too");
        }
    }

    private synchronized void settled(int watch) {
        if (watch == watches) {
            eventReceived();
        }
    }

    /** A watch that the server has answered. */
    interface OpenWatch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Records a failed list. An API server that has just started refuses the first ones with 403,
     * because it has not read the roles yet; so a 403 is logged only if the next list gets one,
     * too.
     */
    synchronized void listFailed(ListWatchResult result) {
        count(result);
        if (result == ListWatchResult.FORBIDDEN && !forbidden) {
            forbidden = true;
        } else {
            forbidden = result == ListWatchResult.FORBIDDEN;
            failing(result);
        }
    }

    /** Records an event that says whether the Secret exists. */
    synchronized void eventReceived(boolean exists) {
        present = exists;
        eventReceived();
    }

    /** Records any other event. */
    synchronized void eventReceived() {
        shortWatches = 0;
        recovered();
    }

    /**
     * Records the end of a watch.
     *
     * @param settled whether it lasted long enough to count as a success
     */
    synchronized void watchEnded(ListWatchResult result, boolean settled) {
        count(result);
        shortWatches = settled ? 0 : shortWatches + 1;
        if (settled) {
            recovered();
        } else if (shortWatches >= 2) {
            failing(result);
        }
    }

    private void count(ListWatchResult result) {
        requireNonNull(reads.get(result)).increment();
        if (result != ListWatchResult.OK) {
            reconnects.increment();
        }
    }

    private void recovered() {
        logged.clear();
        forbidden = false;
        String now = present ? "followed" : "absent";
        if (!now.equals(state)) {
            state = now;
            if (present) {
                LOG.atInfo().addKeyValue("secret", secret).log("Following the Secret");
            } else {
                LOG.atWarn().addKeyValue("secret", secret).log("The Secret does not exist");
            }
        }
    }

    /** Logs each kind of failure once until recovery, even when failures alternate. */
    private void failing(ListWatchResult result) {
        state = result.label();
        if (logged.add(result)) {
            LOG.atWarn()
                    .addKeyValue("secret", secret)
                    .addKeyValue("reason", result.label())
                    .log(
                            "Cannot follow the Secret, keeping the last good one: {}",
                            result.meaning());
        }
    }
}
