package dev.forwardguard.load;

import dev.forwardguard.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.RawRequest;

import java.util.random.RandomGenerator;

/** The auth requests of the soak test's visitors, with credentials of all kinds. */
record SoakRequests(Kind kind, InFlight inFlight, String password, RandomGenerator random) {
    /** A new request in flight, with random credentials. */
    TrackedRequest next() {
        return inFlight.open(credentials());
    }

    void close(TrackedRequest request) {
        inFlight.close(request);
    }

    private Credentials credentials() {
        int percent = random.nextInt(100);
        if (kind.failsOpen() || percent < 60) {
            return Credentials.NONE;
        }
        if (percent < 70) {
            return Credentials.WRONG;
        }
        return percent < 95 ? Credentials.RIGHT : Credentials.RIGHT_IN_CLEAR;
    }

    /** A request as it is sent. */
    RawRequest raw(TrackedRequest tracked) {
        boolean clear = tracked.credentials() == Credentials.RIGHT_IN_CLEAR;
        RawRequest request =
                RawRequest.get(kind.path())
                        .with("X-Forwarded-Method", "GET")
                        .with("X-Forwarded-Proto", clear ? "http" : "https")
                        .with("X-Forwarded-Host", "app.example")
                        .with("X-Forwarded-Uri", "/" + random.nextInt(1_000))
                        .with("X-Forwarded-For", "203.0.113." + random.nextInt(1, 255))
                        .with(TrackedRequest.NUMBER, tracked.number());
        return switch (tracked.credentials()) {
            case NONE -> request;
            case WRONG -> request.with("Authorization", basic("guess"));
            case RIGHT, RIGHT_IN_CLEAR -> request.with("Authorization", basic(password));
        };
    }

    /** The value of {@code Authorization} for the only user. */
    static String basic(String password) {
        return BruteForceLoad.basic(Judge.USER, password);
    }
}
