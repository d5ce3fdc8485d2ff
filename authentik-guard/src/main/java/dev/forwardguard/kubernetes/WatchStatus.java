package dev.forwardguard.kubernetes;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * How the contact to the API server is: counted, and told in one line per change. A list that
 * succeeds after a watch that failed is no recovery yet, or a server that closes every watch would
 * fill the log.
 *
 * <ul>
 *   <li>{@code guard_credentials_reads_total{result}}: lists and watches, by how they ended
 *   <li>{@code guard_credentials_reconnects_total}: how often the contact was lost and sought again
 * </ul>
 */
final class WatchStatus {
    private static final Logger LOG = LoggerFactory.getLogger(WatchStatus.class);

    private final String secret;
    private final Map<ListWatchResult, Counter> reads = new EnumMap<>(ListWatchResult.class);
    private final Counter reconnects;
    private final Set<ListWatchResult> logged = EnumSet.noneOf(ListWatchResult.class);
    private boolean there;
    private int shortWatches;
    private volatile String state = "starting";

    WatchStatus(String secret, MeterRegistry registry, Tags tags) {
        this.secret = secret;
        for (ListWatchResult result : ListWatchResult.values()) {
            reads.put(
                    result,
                    Counter.builder("guard.credentials.reads")
                            .description("Lists and watches of the Secret, by how they ended")
                            .tags(tags)
                            .tag("result", result.label())
                            .register(registry));
        }
        reconnects =
                Counter.builder("guard.credentials.reconnects")
                        .description("How often the contact to the API server was sought again")
                        .tags(tags)
                        .register(registry);
    }

    /** {@code starting}, {@code followed}, {@code absent}, or the label of what is wrong. */
    String state() {
        return state;
    }

    /** A list succeeded. */
    void listed(boolean present) {
        count(ListWatchResult.OK);
        there = present;
        if (shortWatches < 2) {
            recovered();
        }
    }

    void listFailed(ListWatchResult result) {
        count(result);
        failing(result);
    }

    /** A watch has told whether the Secret is there. */
    void heard(boolean present) {
        there = present;
        heard();
    }

    /** A watch has told anything. */
    void heard() {
        shortWatches = 0;
        recovered();
    }

    /**
     * @param settled whether it lasted
     */
    void watchEnded(ListWatchResult result, boolean settled) {
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
        String now = there ? "followed" : "absent";
        if (!now.equals(state)) {
            state = now;
            if (there) {
                LOG.atInfo().addKeyValue("secret", secret).log("The Secret is followed");
            } else {
                LOG.atWarn().addKeyValue("secret", secret).log("The Secret is not there");
            }
        }
    }

    /** What goes wrong in turns is told once each until all is well. */
    private void failing(ListWatchResult result) {
        state = result.label();
        if (logged.add(result)) {
            LOG.atWarn()
                    .addKeyValue("secret", secret)
                    .addKeyValue("reason", result.label())
                    .log(
                            "The Secret cannot be followed, the last good one stays: {}",
                            result.meaning());
        }
    }
}
