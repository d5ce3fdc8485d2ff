package dev.forwardguard.manifests;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

/** A kind of outage of an upstream, and the fallback reason that it causes. */
enum Outage {
    REFUSED("connect_refused"),
    HANG("deadline"),
    UNAVAILABLE("bad_status");

    private final String reason;

    Outage(String reason) {
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** Starts the outage; closing the result ends it and restores the healthy behaviour. */
    Over of(StubUpstream upstream, Behaviour healthy) {
        switch (this) {
            case REFUSED -> upstream.goDown();
            case HANG -> upstream.behaves(Behaviour.hangs());
            case UNAVAILABLE -> upstream.behaves(Behaviour.answers(503));
        }
        return () -> {
            upstream.behaves(healthy);
            if (this == REFUSED) {
                upstream.comeBack();
            }
        };
    }

    /** Ends an outage. */
    @FunctionalInterface
    interface Over extends AutoCloseable {
        @Override
        void close();
    }
}
