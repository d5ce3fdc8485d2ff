package dev.forwardguard.forwarded;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that is said while it is so, with a line in the log when that changes: not more than
 * one an hour, so that a condition that comes and goes does not fill it. For one thread at a time,
 * but {@link #text}.
 */
final class Warning {
    private static final long QUIET_NANOS = Duration.ofHours(1).toNanos();

    private final Logger log;
    private final String over;
    private volatile @Nullable String text;
    private boolean logged;
    private boolean forgotten;
    private boolean everLogged;
    private long lastLine;

    /**
     * @param over what the log says when it is so no more
     */
    Warning(Logger log, String over) {
        this.log = log;
        this.over = over;
    }

    /** What there is to say now. */
    Optional<String> text() {
        return Optional.ofNullable(text);
    }

    boolean isSaid() {
        return text != null;
    }

    /**
     * It is so, or not.
     *
     * @param found what there is to say, null for nothing
     * @param now a reading of the clock
     */
    void is(@Nullable String found, long now) {
        text = found;
        boolean so = found != null;
        boolean known = so == logged && !(so && forgotten);
        if (known || (everLogged && now - lastLine < QUIET_NANOS)) {
            return;
        }
        if (so) {
            log.warn("{}", found);
        } else {
            log.info("{}", over);
        }
        logged = so;
        forgotten = false;
        everLogged = true;
        lastLine = now;
    }

    /** It is not known any more whether it is so. */
    void forget() {
        text = null;
        forgotten = true;
    }
}
