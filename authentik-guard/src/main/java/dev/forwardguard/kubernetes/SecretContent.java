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
 * What the Secret means for the live value. Its content is offered; one that is gone for longer
 * than the grace is withdrawn, by a thread of its own that lives as long as the grace: nothing else
 * may happen until then.
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
     * @param key for messages
     * @param check how often the grace, which may change, is looked at
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

    /** The API server has spoken, and nothing has changed. */
    void confirmed() {
        value.confirm();
    }

    /** The Secret is there. */
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

    /** After a restore of the cluster, a revision may come back with another content. */
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

    /** There is something, and it is too large to be read. */
    synchronized void oversized() {
        value.confirm();
        value.reject("oversized", "the Secret is larger than 1 MiB");
    }

    /** The API server says that the Secret is not there. */
    synchronized void absent() {
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
            LOG.debug("Nobody interrupts this thread");
        }
    }

    /** What is withdrawn and what is not stays as it is. */
    @Override
    public synchronized void close() {
        absentSince = null;
        notifyAll();
    }
}
