package dev.forwardguard.manifests;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

/** How an upstream can be out of order, and the reason that a guard then gives. */
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

    /** From now until the end of it, after which the upstream behaves as it did when well. */
    Over of(StubUpstream upstream, Behaviour well) {
        switch (this) {
            case REFUSED -> upstream.goDown();
            case HANG -> upstream.behaves(Behaviour.hangs());
            case UNAVAILABLE -> upstream.behaves(Behaviour.answers(503));
        }
        return () -> {
            upstream.behaves(well);
            if (this == REFUSED) {
                upstream.comeBack();
            }
        };
    }

    /** The end of an outage. */
    @FunctionalInterface
    interface Over extends AutoCloseable {
        @Override
        void close();
    }
}
