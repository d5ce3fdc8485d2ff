package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * Applies the state of the Secret to the live value. The content of a Secret is offered to the
 * value. When the Secret is absent for longer than the deletion grace, the value is withdrawn. A
 * separate thread waits for the grace, because no other event may arrive in the meantime.
 */
final class SecretContent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SecretContent.class);

    private final LiveValue<?> value;
    private final String key;
    private final Supplier<Duration> grace;
    private final Ticker ticker;
    private final Duration check;
    private @Nullable Long absentSince;
    private @Nullable Seen seen;

    /**
     * Creates the link between a Secret and a value.
     *
     * @param key the key of the Secret, for messages
     * @param grace the deletion grace
     * @param check how often to read the grace, which may change
     */
    SecretContent(
            LiveValue<?> value,
            String key,
            Supplier<Duration> grace,
            Ticker ticker,
            Duration check) {
        this.value = value;
        this.key = key;
        this.grace = grace;
        this.ticker = ticker;
        this.check = check;
    }

    /** Records that the API server answered and nothing has changed. */
    void confirmed() {
        value.confirm();
    }

    /** Offers the content of a Secret that exists. */
    synchronized void present(ApiObject secret) {
        absentSince = null;
        notifyAll();
        value.confirm();
        String revision = String.valueOf(secret.revision());
        if (secret.content() == null) {
            value.reject(revision, "the Secret has no key " + key);
            return;
        }
        byte[] content;
        try {
            content = Base64.getDecoder().decode(secret.content().getBytes(UTF_8));
        } catch (IllegalArgumentException e) {
            value.reject(revision, "the key " + key + " of the Secret is not base64");
            return;
        }
        value.offer(distinct(revision, content), content);
    }

    /**
     * Makes the revision unique: after a restore of the cluster, a revision may return with another
     * content.
     */
    private String distinct(String revision, byte[] content) {
        String digest = sha256(content);
        Seen before = seen;
        String name = revision;
        if (before != null && before.revision.equals(revision)) {
            boolean same = before.digest.equals(digest);
            name = same ? before.name : before.name + "'";
        }
        seen = new Seen(revision, digest, name);
        return name;
    }

    private record Seen(String revision, String digest, String name) {}

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rejects a Secret that is too large to read. */
    synchronized void oversized() {
        value.confirm();
        value.reject("oversized", "the Secret is larger than 1 MiB");
    }

    /** Starts the deletion grace: the API server says that the Secret does not exist. */
    synchronized void absent() {
        value.absent();
        notFound();
    }

    /**
     * Starts the deletion grace as well. Something else at the address of the API server may have
     * sent the 404, so whoever waits for the first reading of the users still waits.
     */
    synchronized void notFound() {
        value.confirm();
        if (absentSince == null) {
            long since = ticker.nanos();
            absentSince = since;
            Thread.ofVirtual().name("deletion-grace").start(() -> expire(since));
        }
    }

    private synchronized void expire(Long since) {
        try {
            while (since.equals(absentSince)) {
                long left = grace.get().toNanos() - (ticker.nanos() - since);
                if (left <= 0) {
                    value.withdraw();
                    return;
                }
                Duration pause = Duration.ofNanos(Math.min(left, check.toNanos()));
                wait(pause.toMillis() + 1);
            }
        } catch (InterruptedException e) {
            LOG.debug("Interrupted unexpectedly");
        }
    }

    /** Ends a running grace without withdrawing the value. */
    @Override
    public synchronized void close() {
        absentSince = null;
        notifyAll();
    }
}
