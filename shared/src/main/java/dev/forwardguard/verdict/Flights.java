package dev.forwardguard.verdict;

import static dev.forwardguard.outcome.FallbackReason.DEADLINE;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Cancelled;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.util.concurrent.FutureListener;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Requests that ask the same while the answer to the first of them is under way: they wait for it,
 * each for no longer than its own deadline. Only an answer that may be remembered is shared. After
 * any other one each asks for itself, a few at a time, because a redirect to the login, for
 * example, has the state of the one request that it answers. So they do when the first is slow, and
 * so an upstream that hangs is noticed as if they had never waited.
 *
 * <p>How many wait is bounded; beyond that a request asks at once.
 */
final class Flights {
    /** How many ask for themselves at once, once the first answer was of no use to the others. */
    private static final int FEW = 4;

    /**
     * The same when the first is slow, and twice as many after each further such time: more than
     * the failures in a row that make a circuit doubt its upstream.
     */
    private static final int FEW_WHEN_SLOW = 8;

    /** So long the first is waited for alone. */
    static final Duration SLOW = Duration.ofSeconds(1);

    private static final long SHORTEST_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /**
     * Sends a request. Completes on the event loop of the request, exceptionally only for a bug.
     */
    @FunctionalInterface
    interface Asking extends Function<UpstreamRequest, CompletionStage<Answer>> {}

    /**
     * What came of a request.
     *
     * @param forOthers the same for those who wait, null if it is for this request only
     */
    record Answer(UpstreamOutcome outcome, @Nullable UpstreamOutcome forOthers) {}

    private final int mostWaiting;
    private final Ticker ticker;
    private final long slowNanos;
    private final AtomicInteger waitingInAll = new AtomicInteger();
    private final LongAdder shared = new LongAdder();
    private final ConcurrentHashMap<VerdictKey, Flight> flights = new ConcurrentHashMap<>();

    /**
     * @param mostWaiting how many requests may wait, of all keys together
     * @param slow how long they wait for one that is under way, in real time
     */
    Flights(int mostWaiting, Ticker ticker, Duration slow) {
        this.mostWaiting = mostWaiting;
        this.ticker = ticker;
        this.slowNanos = slow.toNanos();
    }

    /**
     * Asks, or waits for the answer to the same request.
     *
     * @param deadlineNanos how long the request may take, its wait included
     */
    CompletionStage<UpstreamOutcome> ask(
            VerdictKey key, UpstreamRequest request, long deadlineNanos, Asking asking) {
        var passenger = new Passenger(request, asking, ticker.nanos(), deadlineNanos);
        while (true) {
            Flight flight = flights.computeIfAbsent(key, Flight::new);
            if (flight.take(passenger)) {
                return passenger.outcome;
            }
            flights.remove(key, flight); // it has landed in the meantime
        }
    }

    int waiting() {
        return waitingInAll.get();
    }

    /** How many waited and got the answer to another request. */
    long shared() {
        return shared.sum();
    }

    /** One of the requests with the same key. */
    private final class Passenger {
        private final UpstreamRequest request;
        private final Asking asking;
        private final long since;
        private final long deadlineNanos;
        private final CompletableFuture<UpstreamOutcome> outcome = new CompletableFuture<>();
        private @Nullable FutureListener<Void> cancellation;

        Passenger(UpstreamRequest request, Asking asking, long since, long deadlineNanos) {
            this.request = request;
            this.asking = asking;
            this.since = since;
            this.deadlineNanos = deadlineNanos;
        }

        long left(long now) {
            return since + deadlineNanos - now;
        }

        UpstreamRequest toSend(long now) {
            long waited = now - since;
            return waited > 0 ? request.after(Duration.ofNanos(waited)) : request;
        }

        /** Waits no longer: the caller's end is again the business of whoever handles it. */
        void leavesQueue() {
            waitingInAll.decrementAndGet();
            FutureListener<Void> listener = cancellation;
            if (listener != null) {
                request.cancellation().removeListener(listener);
            }
        }

        /** On its own event loop, as that of every upstream request. */
        void complete(UpstreamOutcome result) {
            if (request.loop().inEventLoop()) {
                outcome.complete(result);
                return;
            }
            try {
                request.loop().execute(() -> outcome.complete(result));
            } catch (RejectedExecutionException shuttingDown) {
                outcome.completeExceptionally(shuttingDown);
            }
        }
    }

    /** All requests with one key, from the first until none is left. */
    private final class Flight {
        private final VerdictKey key;
        private final Deque<Passenger> waiting = new ArrayDeque<>();
        private int asking;
        private int mostAsking = 1;
        private boolean landed;
        private java.util.concurrent.@Nullable Future<?> timer;

        Flight(VerdictKey key) {
            this.key = key;
        }

        /** Returns false if the flight is over. */
        boolean take(Passenger passenger) {
            synchronized (this) {
                if (landed) {
                    return false;
                }
                if (asking >= mostAsking && enqueue(passenger)) {
                    return true;
                }
                asking++;
            }
            start(passenger);
            return true;
        }

        /** Returns false if too many wait. */
        private boolean enqueue(Passenger passenger) {
            if (waitingInAll.incrementAndGet() > mostWaiting) {
                waitingInAll.decrementAndGet();
                return false;
            }
            waiting.add(passenger);
            FutureListener<Void> listener = gone -> cancelled(passenger);
            passenger.cancellation = listener;
            passenger.request.cancellation().addListener(listener);
            if (timer == null) {
                schedule(passenger, passenger.deadlineNanos);
            }
            return true;
        }

        private void schedule(Passenger passenger, long left) {
            long nanos = Math.max(Math.min(slowNanos, left), SHORTEST_CHECK_NANOS);
            try {
                timer = passenger.request.loop().schedule(this::check, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException shuttingDown) {
                timer = null; // the first answer still ends the wait
            }
        }

        private void start(Passenger passenger) {
            if (passenger.left(ticker.nanos()) <= 0) {
                ended(passenger, new Answer(new Unavailable(DEADLINE), null), null);
                return;
            }
            try {
                passenger
                        .asking
                        .apply(passenger.toSend(ticker.nanos()))
                        .whenComplete((answer, bug) -> ended(passenger, answer, bug));
            } catch (RuntimeException | Error bug) {
                ended(passenger, null, bug);
            }
        }

        /**
         * Not at once: with an open circuit each is answered before {@link #start} returns, and the
         * next would be started from within it, hundreds deep.
         */
        private void startInTurn(Passenger passenger) {
            try {
                passenger.request.loop().execute(() -> start(passenger));
            } catch (RejectedExecutionException shuttingDown) {
                ended(passenger, null, shuttingDown);
            }
        }

        private void ended(Passenger passenger, @Nullable Answer answer, @Nullable Throwable bug) {
            UpstreamOutcome forOthers = answer == null ? null : answer.forOthers();
            boolean cancelled = answer != null && answer.outcome() instanceof Cancelled;
            List<Passenger> released;
            synchronized (this) {
                asking--;
                if (forOthers == null && !cancelled) {
                    mostAsking = Math.max(mostAsking, FEW);
                }
                released = forOthers == null ? next() : board(waiting.size());
            }
            if (answer == null) {
                passenger.outcome.completeExceptionally(bug);
            } else {
                passenger.complete(answer.outcome());
            }
            for (Passenger each : released) {
                if (forOthers == null) {
                    startInTurn(each);
                } else {
                    shared.increment();
                    each.complete(forOthers);
                }
            }
        }

        /** Those who may ask now. Lands the flight if nobody is left. */
        private List<Passenger> next() {
            int number = Math.max(Math.min(waiting.size(), mostAsking - asking), 0);
            asking += number; // first: whoever asks is on board
            return board(number);
        }

        private List<Passenger> board(int number) {
            List<Passenger> first = new ArrayList<>(number);
            for (int i = 0; i < number; i++) {
                Passenger passenger = waiting.remove();
                passenger.leavesQueue();
                first.add(passenger);
            }
            landIfEmpty();
            return first;
        }

        private void landIfEmpty() {
            if (asking == 0 && waiting.isEmpty()) {
                landed = true;
                flights.remove(key, this);
            }
            if (waiting.isEmpty() && timer != null) {
                timer.cancel(false);
                timer = null;
            }
        }

        private void cancelled(Passenger passenger) {
            synchronized (this) {
                if (!waiting.remove(passenger)) {
                    return;
                }
                passenger.leavesQueue();
                landIfEmpty();
            }
            passenger.complete(new Cancelled());
        }

        /** The first is slow, or somebody's time is up. */
        private void check() {
            List<Passenger> late = new ArrayList<>();
            List<Passenger> next;
            synchronized (this) {
                timer = null;
                long now = ticker.nanos();
                waiting.removeIf(each -> each.left(now) <= 0 && late.add(each));
                late.forEach(Passenger::leavesQueue);
                mostAsking = Math.max(2 * mostAsking, FEW_WHEN_SLOW);
                next = next();
                Passenger eldest = waiting.peek();
                if (eldest != null) {
                    schedule(eldest, eldest.left(now));
                }
            }
            late.forEach(each -> each.complete(new Unavailable(DEADLINE)));
            next.forEach(this::startInTurn);
        }
    }
}
