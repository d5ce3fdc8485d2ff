package dev.forwardguard.load.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Sends nothing. */
record Idle() implements Trial {
    @Override
    public int stretch() {
        return 12;
    }

    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        Use before = contender.use();
        long began = System.nanoTime();
        while (System.nanoTime() - began < length.toNanos()) {
            LockSupport.parkNanos(length.toNanos());
        }
        Use after = contender.use();
        double seconds = (System.nanoTime() - began) / 1e9;
        ThreadUse threads = after.threads();
        return threads.shares(before.threads())
                .with(Metric.IDLE, threads.since(before.threads()) / 1e6 / seconds)
                .with(Metric.WAKE_UPS, threads.turnsSince(before.threads()) / seconds)
                .with(Metric.MEMORY, after.mebibytes())
                .with(Metric.WRONG, 0);
    }
}
