package dev.forwardguard.upstream.breaker;

import dev.forwardguard.settings.BreakerSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The breaker's rules, written as plainly as possible: it keeps every call in a list and counts
 * them again whenever a number is needed.
 */
final class BreakerModel {
    private static final long TRIAL_TIMEOUT = Duration.ofSeconds(6).toNanos();

    /** One call: the period of the breaker's life in which it was made, and when. */
    static final class Call {
        private final int period;
        private final long at;
        private boolean passed;

        private Call(int period, long at) {
            this.period = period;
            this.at = at;
        }
    }

    private record Result(long at, boolean bad) {}

    private final BreakerSettings settings;
    private final List<Result> results = new ArrayList<>();
    private final @Nullable Call[] places;
    private CircuitState state = CircuitState.CLOSED;
    private int period;
    private long periodBegan;
    private int inARow;
    private int setbacks;

    BreakerModel(BreakerSettings settings, long now) {
        this.settings = settings;
        this.places = new Call[settings.trials()];
        this.periodBegan = now;
    }

    CircuitState state() {
        return state;
    }

    Duration probeDelay() {
        long seconds = state == CircuitState.OPEN && setbacks < 4 ? 1L << setbacks : 1;
        return state == CircuitState.OPEN && setbacks >= 4
                ? Duration.ofSeconds(10)
                : Duration.ofSeconds(seconds);
    }

    Optional<Call> tryAcquire(long now) {
        if (state == CircuitState.OPEN) {
            return Optional.empty();
        }
        var call = new Call(period, now);
        if (state == CircuitState.CLOSED) {
            return Optional.of(call);
        }
        int place = firstPlace(holder -> holder == null);
        if (place < 0) {
            place = firstPlace(holder -> isLost(holder, now));
        }
        if (place < 0) {
            return Optional.empty();
        }
        places[place] = call;
        return Optional.of(call);
    }

    private static boolean isLost(@Nullable Call holder, long now) {
        return holder != null && !holder.passed && now - holder.at > TRIAL_TIMEOUT;
    }

    private int firstPlace(Predicate<@Nullable Call> condition) {
        for (int place = 0; place < places.length; place++) {
            if (condition.test(places[place])) {
                return place;
            }
        }
        return -1;
    }

    void succeeded(Call call, long now) {
        if (call.period != period) {
            return;
        }
        if (state == CircuitState.CLOSED) {
            results.add(new Result(now, false));
            inARow = 0;
        } else if (holds(call)) {
            call.passed = true;
            if (firstPlace(holder -> holder == null || !holder.passed) < 0) {
                enter(CircuitState.CLOSED, now);
                setbacks = 0;
            }
        }
    }

    void failed(Call call, long now) {
        if (call.period != period) {
            return;
        }
        if (state == CircuitState.CLOSED) {
            results.add(new Result(now, true));
            inARow++;
        } else {
            cancelled(call);
        }
    }

    void tripIfFailing(long now) {
        if (state == CircuitState.CLOSED
                && (inARow >= settings.consecutiveFailures() || isRateTooHigh(now))) {
            enter(CircuitState.OPEN, now);
        }
    }

    void cancelled(Call call) {
        if (call.period == period && holds(call)) {
            places[firstPlace(call::equals)] = null;
        }
    }

    private boolean holds(Call call) {
        return firstPlace(call::equals) >= 0;
    }

    void probeSucceeded(long now) {
        if (state == CircuitState.OPEN) {
            enter(CircuitState.HALF_OPEN, periodBegan);
        } else if (state == CircuitState.HALF_OPEN) {
            int place = firstPlace(holder -> holder == null);
            if (place < 0) {
                place = firstPlace(holder -> holder != null && !holder.passed);
            }
            var probe = new Call(period, now);
            places[place] = probe;
            succeeded(probe, now);
        }
    }

    void probeFailed(long now) {
        if (state == CircuitState.HALF_OPEN) {
            enter(CircuitState.OPEN, now);
        }
        if (state == CircuitState.OPEN) {
            setbacks++;
        }
    }

    private void enter(CircuitState next, long now) {
        state = next;
        period++;
        periodBegan = now;
        results.clear();
        Arrays.fill(places, null);
        inARow = 0;
    }

    private boolean isRateTooHigh(long now) {
        long tenth = settings.window().toNanos() / 10;
        long current = (now - periodBegan) / tenth;
        long calls = 0;
        long bad = 0;
        for (Result result : results) {
            if (current - (result.at() - periodBegan) / tenth < 10) {
                calls++;
                bad += result.bad() ? 1 : 0;
            }
        }
        return calls >= settings.minimumCalls() && bad * 100 >= calls * settings.failureRate();
    }
}
