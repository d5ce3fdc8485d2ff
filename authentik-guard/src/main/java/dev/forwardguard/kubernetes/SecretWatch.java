package dev.forwardguard.kubernetes;

import dev.forwardguard.live.LiveSource;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A Secret as the source of live values. One virtual thread lists, watches until the watch ends,
 * and repeats, with a pause after failures. It never gives up until closed.
 */
public final class SecretWatch implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final HtpasswdSecretConfiguration which;
    private final KubernetesClientFactory clients;
    private final SecretApi api;
    private final List<SecretContent> secret;
    private final WatchStatus status;
    private final SecretListWatch listWatch;
    private final WatchTimings timings;
    private final Backoff backoff;
    private final Ticker ticker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    /**
     * Creates a watch; {@link #follow} starts it.
     *
     * @param parts of the Secret that are followed
     * @param grace how long the Secret may be absent before its values are withdrawn
     */
    public SecretWatch(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            List<SecretPart> parts,
            Supplier<Duration> grace,
            Ticker ticker,
            MeterRegistry registry,
            Tags tags) {
        this(which, clients, parts, grace, ticker, registry, tags, WatchTimings.DEFAULT);
    }

    SecretWatch(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            List<SecretPart> parts,
            Supplier<Duration> grace,
            Ticker ticker,
            MeterRegistry registry,
            Tags tags,
            WatchTimings timings) {
        this.which = which;
        this.clients = clients;
        this.api = new SecretApi(which, clients, timings);
        this.secret =
                parts.stream()
                        .map(part -> new SecretContent(part, grace, ticker, timings.graceCheck()))
                        .toList();
        this.status = new WatchStatus(which.name(), timings.minWatch(), registry, tags);
        this.listWatch = new SecretListWatch(which, api, secret, status);
        this.timings = timings;
        this.backoff = new Backoff(timings);
        this.ticker = ticker;
    }

    /** Starts the watch and returns at once, without waiting for the first list. */
    public SecretWatch follow() {
        thread = Thread.ofVirtual().name("secret-watch").start(this::run);
        return this;
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("source", "secret " + which.name() + ", key " + which.key());
        state.put("contact", status.state());
        return state;
    }

    @Override
    public void close() {
        closed.countDown();
        api.cancel();
        secret.forEach(SecretContent::close);
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(CLOSE_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the thread has ended. */
    boolean ended() {
        Thread running = thread;
        return running == null || !running.isAlive();
    }

    private void run() {
        try {
            while (!closed.await(guardedCycle().toNanos(), TimeUnit.NANOSECONDS)) {
                // the next cycle
            }
        } catch (InterruptedException e) {
            LOG.debug("Closed during a pause");
        } finally {
            clients.close();
        }
    }

    /**
     * Runs a cycle and catches everything: only {@link #close} may end this thread. Does not log
     * exception messages, because they may quote secrets.
     */
    private Duration guardedCycle() {
        try {
            return cycle();
        } catch (RuntimeException | Error e) {
            LOG.debug("{} at {}", e.getClass().getName(), Arrays.toString(e.getStackTrace()));
            status.listFailed(ListWatchResult.INTERNAL_ERROR);
            return backoff.after(ListWatchResult.INTERNAL_ERROR, false, Duration.ZERO);
        }
    }

    /** Runs one list and one watch. Returns how long to wait before the next cycle. */
    private Duration cycle() {
        ListWatchResult result = ListWatchResult.OK;
        Duration retryAfter = Duration.ZERO;
        Long began = null;
        try {
            String revision = listWatch.list();
            began = ticker.nanos();
            listWatch.watch(revision);
        } catch (ListWatchException e) {
            result = e.result();
            retryAfter = e.retryAfter();
        }
        if (closed.getCount() == 0) {
            return Duration.ZERO;
        }
        if (result.needsNewClient()) {
            clients.discard();
        }
        boolean settled = began != null && ticker.nanos() - began >= timings.minWatch().toNanos();
        if (began == null) {
            listWatch.listFailed(result);
        } else {
            result = result == ListWatchResult.OK && !settled ? ListWatchResult.CLOSED : result;
            status.watchEnded(result, settled);
        }
        return backoff.after(result, settled, retryAfter);
    }
}
