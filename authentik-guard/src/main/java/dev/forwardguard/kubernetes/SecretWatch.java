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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
    private final SecretRequests requests;
    private final HtpasswdSecret secret;
    private final Contact contact;
    private final ApiJson json;
    private final Pace pace;
    private final Ticker ticker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;
    private int failures;
    private boolean hurried;

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
        this(which, clients, value, grace, ticker, registry, tags, Pace.DEFAULT);
    }

    SecretWatch(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            LiveValue<?> value,
            Supplier<Duration> grace,
            Ticker ticker,
            MeterRegistry registry,
            Tags tags,
            Pace pace) {
        this.which = which;
        this.clients = clients;
        this.requests = new SecretRequests(which, clients, pace);
        this.secret = new HtpasswdSecret(value, which.key(), grace, ticker, pace.graceCheck());
        this.contact = new Contact(which.name(), registry, tags);
        this.json = new ApiJson(which.key());
        this.pace = pace;
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
        state.put("contact", contact.state());
        return state;
    }

    @Override
    public void close() {
        closed.countDown();
        requests.cancel();
        secret.close();
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(LONGEST_CLOSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether nothing of it runs any more. */
    boolean ended() {
        return thread == null || !thread.isAlive();
    }

    private void run() {
        try {
            while (!closed.await(cycle().toNanos(), TimeUnit.NANOSECONDS)) {
                // the next cycle
            }
        } catch (InterruptedException e) {
            LOG.debug("Closed while it paused");
        } finally {
            clients.close();
        }
    }

    /** One list and one watch; returns how long to wait before the next. */
    private Duration cycle() {
        ReadResult result = ReadResult.OK;
        Duration asked = Duration.ZERO;
        Long began = null;
        try {
            String revision = list();
            began = ticker.nanos();
            watch(revision);
        } catch (ReadFailure e) {
            result = e.result();
            asked = e.retryAfter();
        } catch (RuntimeException | Error e) {
            // nothing may end this thread; messages may quote what they are about
            result = ReadResult.INTERNAL_ERROR;
            LOG.debug("{} at {}", e.getClass().getName(), Arrays.toString(e.getStackTrace()));
        }
        if (closed.getCount() == 0) {
            return Duration.ZERO;
        }
        if (result.needsNewClient()) {
            clients.discard();
        }
        if (began == null) {
            listFailed(result);
            return pause(result, false, asked);
        }
        boolean settled = ticker.nanos() - began >= pace.settled().toNanos();
        if (result == ReadResult.OK && !settled) {
            result = ReadResult.CLOSED;
        }
        contact.watchEnded(result, settled);
        return pause(result, settled, asked);
    }

    private Duration pause(ReadResult result, boolean settled, Duration asked) {
        boolean atOnce = result.atOnce() && (settled || !hurried);
        hurried = result.atOnce();
        if (settled) {
            failures = 0;
        }
        if (atOnce || result == ReadResult.OK) {
            return Duration.ZERO;
        }
        failures++;
        Duration granted = Collections.min(List.of(asked, pace.longestRetryAfter()));
        return Collections.max(List.of(granted, pace.pause(failures)));
    }

    /**
     * Takes what there is now.
     *
     * @return the revision to watch from
     */
    private String list() throws ReadFailure {
        ApiObject list = json.object(requests.list());
        String revision = list.revision();
        if (!"SecretList".equals(list.kind()) || revision == null || revision.isEmpty()) {
            // what is no list says nothing, least of all that something is gone
            throw new ReadFailure(ReadResult.MALFORMED);
        }
        for (ApiObject item : list.items()) {
            if (which.name().equals(item.name())) {
                secret.present(item);
                contact.listed(true);
                return revision;
            }
        }
        if (!list.items().isEmpty()) {
            throw new ReadFailure(ReadResult.MALFORMED);
        }
        secret.absent();
        contact.listed(false);
        return revision;
    }

    private void listFailed(ReadResult result) {
        if (result == ReadResult.NOT_FOUND) {
            secret.absent();
        } else if (result == ReadResult.TOO_LARGE) {
            secret.oversized();
        }
        contact.listFailed(result);
    }

    private void watch(String revision) throws ReadFailure {
        try (SecretRequests.Lines lines = requests.watch(revision)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                take(json.event(line));
            }
        }
    }

    private void take(ApiJson.Event event) throws ReadFailure {
        ApiObject object = event.object();
        String type = String.valueOf(event.type());
        if (type.equals("ERROR")) {
            throw new ReadFailure(ReadResult.ofError(object.code()));
        }
        boolean ours = which.name().equals(object.name());
        if (ours && (type.equals("ADDED") || type.equals("MODIFIED"))) {
            secret.present(object);
            contact.heard(true);
        } else if (ours && type.equals("DELETED")) {
            secret.absent();
            contact.heard(false);
        } else {
            // a bookmark, a type that nobody here knows, or something about another object
            secret.confirmed();
            contact.heard();
        }
    }
}
