package dev.forwardguard.kubernetes;

import dev.forwardguard.live.LiveSource;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One Secret as the source of a live value, on one virtual thread: list, watch until the watch
 * ends, and again, with a pause after failures. Whatever happens, it goes on until closed.
 */
public final class SecretWatch implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

    private final HtpasswdSecretConfiguration which;
    private final KubernetesClientFactory clients;
    private final SecretApi requests;
    private final SecretContent secret;
    private final WatchStatus status;
    private final SecretListWatch reader;
    private final WatchTimings timings;
    private final Backoff backoff;
    private final Ticker ticker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    /**
     * @param grace how long the Secret may be gone before its value is withdrawn
     */
    public SecretWatch(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            LiveValue<?> value,
            Supplier<Duration> grace,
            Ticker ticker,
            MeterRegistry registry,
            Tags tags) {
        this(which, clients, value, grace, ticker, registry, tags, WatchTimings.DEFAULT);
    }

    SecretWatch(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            LiveValue<?> value,
            Supplier<Duration> grace,
            Ticker ticker,
            MeterRegistry registry,
            Tags tags,
            WatchTimings timings) {
        this.which = which;
        this.clients = clients;
        this.requests = new SecretApi(which, clients, timings);
        this.secret = new SecretContent(value, which.key(), grace, ticker, timings.graceCheck());
        this.status = new WatchStatus(which.name(), registry, tags);
        this.reader = new SecretListWatch(which, requests, secret, status);
        this.timings = timings;
        this.backoff = new Backoff(timings);
        this.ticker = ticker;
    }

    /** Begins, and waits for nothing: what there is comes when it comes. */
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
        requests.cancel();
        secret.close();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(LONGEST_CLOSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether nothing of it runs any more. */
    boolean ended() {
        Thread running = thread;
        return running == null || !running.isAlive();
    }

    private void run() {
        try {
            while (!closed.await(safely().toNanos(), TimeUnit.NANOSECONDS)) {
                // the next cycle
            }
        } catch (InterruptedException e) {
            LOG.debug("Closed while it paused");
        } finally {
            clients.close();
        }
    }

    /** Nothing may end this thread but {@link #close}. Messages may quote what they are about. */
    private Duration safely() {
        try {
            return cycle();
        } catch (RuntimeException | Error e) {
            LOG.debug("{} at {}", e.getClass().getName(), Arrays.toString(e.getStackTrace()));
            status.listFailed(ListWatchResult.INTERNAL_ERROR);
            return backoff.after(ListWatchResult.INTERNAL_ERROR, false, Duration.ZERO);
        }
    }

    /** One list and one watch; returns how long to wait before the next. */
    private Duration cycle() {
        ListWatchResult result = ListWatchResult.OK;
        Duration asked = Duration.ZERO;
        Long began = null;
        try {
            String revision = reader.list();
            began = ticker.nanos();
            reader.watch(revision);
        } catch (ListWatchException e) {
            result = e.result();
            asked = e.retryAfter();
        }
        if (closed.getCount() == 0) {
            return Duration.ZERO;
        }
        if (result.needsNewClient()) {
            clients.discard();
        }
        boolean settled = began != null && ticker.nanos() - began >= timings.settled().toNanos();
        if (began == null) {
            reader.listFailed(result);
        } else {
            result = result == ListWatchResult.OK && !settled ? ListWatchResult.CLOSED : result;
            status.watchEnded(result, settled);
        }
        return backoff.after(result, settled, asked);
    }
}
