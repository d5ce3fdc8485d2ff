package dev.forwardguard.load;

import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/** Visits that end before the response: by a close or a reset, at once or soon. */
record CancelledVisit(SoakRequests requests, Counts counts, RandomGenerator random) {
    /** Disconnects after all or a part of the request. */
    void abort(RawConnection connection) throws IOException {
        TrackedRequest request = requests.next();
        String wire = requests.raw(request).wire();
        counts.count("visit aborted");
        connection.send(
                wire.substring(
                        0, random.nextInt(3) > 0 ? wire.length() : random.nextInt(wire.length())));
        leave(connection);
        requests.close(request);
    }

    /** Disconnects in the middle of a body, which an auth request does not need. */
    void abortUpload(RawConnection connection) throws IOException {
        TrackedRequest request = requests.next();
        RawRequest get = requests.raw(request);
        boolean sized = random.nextBoolean();
        RawRequest post = new RawRequest("POST", get.uri(), get.headers(), "");
        RawRequest framed =
                sized
                        ? post.with("Content-Length", "1000000")
                        : post.with("Transfer-Encoding", "chunked");
        counts.count("visit aborted in an upload");
        String part = "x".repeat(random.nextInt(100_000));
        connection.send(framed.body(sized ? part : "fffff\r\n" + part).wire());
        leave(connection);
        requests.close(request);
    }

    private void leave(RawConnection connection) throws IOException {
        if (random.nextBoolean()) {
            LockSupport.parkNanos(random.nextInt(30_000_000));
        }
        if (random.nextBoolean()) {
            connection.reset();
        } else {
            connection.hangUp();
        }
    }
}
