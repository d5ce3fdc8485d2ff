package dev.forwardguard.load;

import dev.forwardguard.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.random.RandomGenerator;

/** Requests for pages of the outpost, which authentik-guard passes through; some with a body. */
record PageVisit(InFlight inFlight, Judge judge, Counts counts, RandomGenerator random) {
    /** The header that tells the upstream how long the body of the request is. */
    static final String UPLOAD = "X-Soak-Upload";

    private static final int LARGEST_UPLOAD = 300_000;

    /** The body of this length that belongs to the request with this number. */
    static String upload(String number, int length) {
        return (number + " ").repeat(length / number.length() + 1).substring(0, length);
    }

    /** Sends a few requests, one after the other. */
    void visit(RawConnection connection) {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            TrackedRequest request = inFlight.open(Credentials.NONE);
            counts.count("visit for a page");
            connection.send(request(request.number()).wire());
            if (!receive(connection, request)) {
                return;
            }
        }
    }

    /** Hangs up after a part of the body. */
    void abort(RawConnection connection) throws IOException {
        TrackedRequest request = inFlight.open(Credentials.NONE);
        RawRequest upload = post(request.number(), 1 + random.nextInt(LARGEST_UPLOAD));
        int missing = 1 + random.nextInt(upload.body().length());
        String wire = upload.wire();
        counts.count("visit aborted in an upload to a page");
        connection.send(wire.substring(0, wire.length() - missing));
        if (random.nextBoolean()) {
            connection.reset();
        } else {
            connection.hangUp();
        }
        inFlight.close(request);
    }

    private RawRequest request(String number) {
        return random.nextBoolean()
                ? RawRequest.get("/outpost.goauthentik.io/start?rd=%2F" + random.nextInt(1_000))
                        .with("X-Forwarded-For", "203.0.113." + random.nextInt(1, 255))
                        .with(TrackedRequest.NUMBER, number)
                : post(number, random.nextInt(random.nextInt(4) > 0 ? 2_000 : LARGEST_UPLOAD));
    }

    private RawRequest post(String number, int length) {
        RawRequest post =
                RawRequest.of("POST", "/outpost.goauthentik.io/callback")
                        .with("X-Forwarded-For", "203.0.113." + random.nextInt(1, 255))
                        .with(TrackedRequest.NUMBER, number)
                        .with(UPLOAD, Integer.toString(length));
        String body = upload(number, length);
        return random.nextBoolean()
                ? post.with("Content-Length", Integer.toString(length)).body(body)
                : post.with("Transfer-Encoding", "chunked").body(chunked(body));
    }

    private String chunked(String body) {
        var wire = new StringBuilder();
        int from = 0;
        while (from < body.length()) {
            int to = Math.min(body.length(), from + 1 + random.nextInt(20_000));
            wire.append(Integer.toHexString(to - from)).append("\r\n");
            wire.append(body, from, to).append("\r\n");
            from = to;
        }
        return wire.append("0\r\n\r\n").toString();
    }

    /** Waits for the response and has it judged. Returns whether the connection is reusable. */
    private boolean receive(RawConnection connection, TrackedRequest request) {
        counts.count("requests sent");
        try {
            RawAnswer answer = connection.receive();
            String objection = judge.objectionToPage(request, answer);
            if (objection != null) {
                counts.violation(objection, request + " got " + answer.head().raw());
            }
            boolean passed = answer.header(TrackedRequest.VERDICT).isPresent();
            counts.count(
                    "decision page "
                            + (passed ? "passed " : "without a verdict ")
                            + answer.status());
            return !answer.closed();
        } catch (EOFException e) {
            // the guard cannot take back a response whose rest the upstream does not send
            counts.count("decision page cut off");
            return false;
        } catch (SocketTimeoutException e) {
            if (request.hasOnlyVerdicts()) {
                counts.violation("no page", request + ": " + e);
            }
            counts.count("decision page given up, it never ended");
            return false;
        } catch (IOException e) {
            if (!request.hasFaults()) {
                counts.violation("no page", request + ": " + e);
            }
            return false;
        } finally {
            inFlight.close(request);
        }
    }
}
