package dev.forwardguard.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One name of {@link StubDns}. Its lock guards all state. */
final class StubName {
    private static final long LIMIT = Duration.ofSeconds(10).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private List<InetAddress> addresses = List.of();
    private Duration delay = Duration.ZERO;
    private int lookups;

    void answers(List<InetAddress> next) {
        change(() -> addresses = next);
    }

    void blocks(Duration atMost) {
        change(() -> delay = atMost);
    }

    void release() {
        change(() -> delay = Duration.ZERO);
    }

    int lookups() {
        lock.lock();
        try {
            return lookups;
        } finally {
            lock.unlock();
        }
    }

    void awaitLookups(int atLeast) {
        lock.lock();
        try {
            long left = LIMIT;
            while (lookups < atLeast) {
                if (left <= 0) {
                    throw new AssertionError(lookups + " lookups instead of " + atLeast);
                }
                left = change.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted after " + lookups + " lookups", e);
        } finally {
            lock.unlock();
        }
    }

    /** Ignores interrupts while it waits, as the resolver of the C library does. */
    List<InetAddress> lookup(String name) throws UnknownHostException {
        lock.lock();
        try {
            lookups++;
            change.signalAll();
            waitUninterruptibly(System.nanoTime());
            if (addresses.isEmpty()) {
                throw new UnknownHostException(name + ": no address in StubDns");
            }
            var named = new ArrayList<InetAddress>();
            for (InetAddress address : addresses) {
                named.add(InetAddress.getByAddress(name, address.getAddress()));
            }
            return named;
        } finally {
            lock.unlock();
        }
    }

    private void waitUninterruptibly(long start) {
        boolean interrupted = false;
        while (true) {
            long left = start + delay.toNanos() - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                change.awaitNanos(left);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(Runnable update) {
        lock.lock();
        try {
            update.run();
            change.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
