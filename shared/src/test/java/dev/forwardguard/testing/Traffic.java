package dev.forwardguard.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Records what {@link StubUpstream} has received, and waits for more. Its lock guards all state.
 */
final class Traffic {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private final Set<HttpDialogue> open = new LinkedHashSet<>();
    private final List<ReceivedRequest> requests = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private volatile Predicate<ReceivedRequest> remembered = any -> true;
    private int taken;
    private int accepted;

    void opened(HttpDialogue dialogue) {
        change(
                () -> {
                    accepted++;
                    open.add(dialogue);
                });
    }

    void ended(HttpDialogue dialogue) {
        change(() -> open.remove(dialogue));
    }

    void received(ReceivedRequest request) {
        if (remembered.test(request)) {
            change(() -> requests.add(request));
        }
    }

    void remember(Predicate<ReceivedRequest> wanted) {
        remembered = wanted;
    }

    void failed(Throwable failure) {
        change(() -> failures.add(failure));
    }

    void idleChanged() {
        change(() -> {});
    }

    void forget() {
        change(
                () -> {
                    requests.clear();
                    taken = 0;
                    accepted = 0;
                });
    }

    int accepted() {
        return locked(() -> accepted);
    }

    List<HttpDialogue> open() {
        return locked(() -> List.copyOf(open));
    }

    List<HttpDialogue> idle() {
        return open().stream().filter(HttpDialogue::isIdle).toList();
    }

    List<ReceivedRequest> requests() {
        return locked(() -> List.copyOf(requests));
    }

    List<Throwable> failures() {
        return locked(() -> List.copyOf(failures));
    }

    /** Waits for the oldest request that was not returned yet. */
    ReceivedRequest next() {
        return locked(
                () -> {
                    await("a further request", () -> requests.size() > taken);
                    return requests.get(taken++);
                });
    }

    /** Returns once the condition holds; fails the test if that takes longer than the limit. */
    void await(String what, BooleanSupplier condition) {
        locked(() -> waited(what, condition));
    }

    private boolean waited(String what, BooleanSupplier condition) {
        try {
            long left = LIMIT.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited %s for %s: %s".formatted(LIMIT, what, this));
                }
                left = change.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    @Override
    public String toString() {
        return "%d connections accepted, %d open, %d of them idle; %d requests; failures %s"
                .formatted(accepted(), open().size(), idle().size(), requests().size(), failures());
    }

    private void change(Runnable update) {
        locked(
                () -> {
                    update.run();
                    change.signalAll();
                    return true;
                });
    }

    private <T> T locked(Supplier<T> query) {
        lock.lock();
        try {
            return query.get();
        } finally {
            lock.unlock();
        }
    }
}
