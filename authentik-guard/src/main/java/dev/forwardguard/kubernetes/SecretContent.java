package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.live.RegularFile;
import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Applies the state of the Secret to the live value of one part. Its content is offered to the
 * value. When the Secret is absent for longer than the deletion grace, the value is withdrawn. A
 * separate thread waits for the grace, because no other event may arrive in the meantime.
 */
final class SecretContent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SecretContent.class);

    private final SecretPart part;
    private final LiveValue<?> value;
    private final Supplier<Duration> grace;
    private final Ticker ticker;
    private final Duration check;
    private @Nullable Long absentSince;
    private Named inForce = Named.NONE;
    private Named newest = Named.NONE;
    private boolean missing;

    /**
     * Creates the link between a Secret and a value.
     *
     * @param grace the deletion grace
     * @param check how often to read the grace, which may change
     */
    SecretContent(SecretPart part, Supplier<Duration> grace, Ticker ticker, Duration check) {
        this.part = part;
        this.value = part.value();
        this.grace = grace;
        this.ticker = ticker;
        this.check = check;
    }

    String key() {
        return part.key();
    }

    /** Records that the API server answered and nothing has changed. */
    void confirmed() {
        value.confirm();
    }

    /**
     * Offers the content of a Secret that exists. A new revision with the content of before, as an
     * annotation makes it, is no change: it keeps the name of that content.
     */
    synchronized void present(ApiObject secret) {
        absentSince = null;
        notifyAll();
        value.confirm();
        String content = secret.data().get(part.key());
        Named named = name(String.valueOf(secret.revision()), digest(content, secret.others()));
        newest = named;
        offer(named.name, content, secret.others());
        boolean accepted =
                value.snapshot().filter(each -> each.revision().equals(named.name)).isPresent();
        if (accepted) {
            inForce = named;
        }
    }

    private void offer(String name, @Nullable String content, Set<String> others) {
        if (content == null && part.optional()) {
            leaveOut();
            return;
        }
        missing = false;
        if (content == null) {
            value.reject(name, "the Secret has no key " + part.key() + instead(others));
            return;
        }
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(content.getBytes(UTF_8));
        } catch (IllegalArgumentException e) {
            withdrawOptional();
            value.reject(name, "the key " + part.key() + " of the Secret is not base64");
            return;
        }
        if (part.optional() && !isValid(decoded)) {
            withdrawOptional();
        }
        value.offer(name, decoded);
    }

    private static String instead(Set<String> others) {
        return others.stream()
                .min(Comparator.naturalOrder())
                .map(key -> ", but a key " + key + ": rename it, or set GUARD_HTPASSWD_SECRET_KEY")
                .orElse("");
    }

    /** What one can do without is not kept in force by a mistake, which may be meant to end it. */
    private void withdrawOptional() {
        if (part.optional() && value.get().isPresent()) {
            value.withdraw();
            inForce = Named.NONE;
        }
    }

    private boolean isValid(byte[] content) {
        try {
            value.check(content);
            return true;
        } catch (InvalidContentException e) {
            return false;
        }
    }

    /** The operator's decision, so it takes effect at once. */
    private void leaveOut() {
        value.absent();
        value.withdraw();
        inForce = Named.NONE;
        if (!missing) {
            missing = true;
            LOG.atInfo().addKeyValue("key", part.key()).log("Left out: there is no such key");
        }
    }

    /**
     * Names a content by the revision that brought it. After a restore of the cluster, a revision
     * may return with another content.
     */
    private Named name(String revision, String digest) {
        for (Named known : List.of(inForce, newest)) {
            if (known.digest.equals(digest)) {
                return known;
            }
        }
        String name = revision;
        while (name.equals(inForce.name) || name.equals(newest.name)) {
            name = name + "'";
        }
        return new Named(name, digest);
    }

    /** A content of the Secret, by its digest, and the revision under which it is known. */
    private record Named(String name, String digest) {
        static final Named NONE = new Named("", "");
    }

    private static String digest(@Nullable String content, Set<String> others) {
        return content == null
                ? "no content" + instead(others)
                : RegularFile.digest(content.getBytes(UTF_8));
    }

    /** Rejects a Secret that is too large to read. */
    synchronized void oversized() {
        value.confirm();
        value.reject("oversized", "the Secret is larger than 1 MiB");
    }

    /** Starts the deletion grace: the API server says that the Secret does not exist. */
    synchronized void absent() {
        value.absent();
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
                    inForce = Named.NONE;
                    newest = Named.NONE;
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
