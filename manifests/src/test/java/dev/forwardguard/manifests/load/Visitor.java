package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Sends a guard auth requests of all kinds, good and bad, until the soak test ends. */
final class Visitor implements Runnable {
    private static final int LARGEST = 250_000;

    /** The longest pause between two requests, in nanoseconds; keeps the load on the guards low. */
    private static final int MAX_PAUSE = 30_000_000;

    private final Kind kind;
    private final RawHttp guard;
    private final InFlight inFlight;
    private final Judge judge;
    private final Counts counts;
    private final Starvation starvation;
    private final String password;
    private final RandomGenerator random;
    private final BooleanSupplier keepRunning;

    Visitor(
            Kind kind,
            int port,
            InFlight inFlight,
            Judge judge,
            Counts counts,
            Starvation starvation,
            String password,
            RandomGenerator random,
            BooleanSupplier keepRunning) {
        this.kind = kind;
        this.guard = RawHttp.to(port);
        this.inFlight = inFlight;
        this.judge = judge;
        this.counts = counts;
        this.starvation = starvation;
        this.password = password;
        this.random = random;
        this.keepRunning = keepRunning;
    }

    @Override
    public void run() {
        while (keepRunning.getAsBoolean()) {
            try (RawConnection connection = guard.connect()) {
                visit(connection);
            } catch (IOException e) {
                counts.violation("cannot connect to the guard", e);
            } catch (RuntimeException e) {
                counts.violation("a visitor failed", e);
            }
        }
    }

    private void visit(RawConnection connection) throws IOException {
        int percent = random.nextInt(100);
        if (percent < 60) {
            keepAlive(connection);
        } else if (percent < 75) {
            pipeline(connection);
        } else if (percent < 78) {
            large(connection);
        } else if (percent < 84) {
            sendSlowly(connection);
        } else if (percent < 98) {
            abort(connection);
        } else {
            sendGarbage(connection);
        }
    }

    /** Sends one request after the other. */
    private void keepAlive(RawConnection connection) {
        int requests = 1 + random.nextInt(40);
        for (int i = 0; i < requests && keepRunning.getAsBoolean(); i++) {
            TrackedRequest request = newRequest();
            connection.send(raw(request).wire());
            if (!receive(connection, request, true)) {
                return;
            }
            LockSupport.parkNanos(random.nextInt(MAX_PAUSE));
        }
    }

    /** Sends several requests at once; the responses must come in order. */
    private void pipeline(RawConnection connection) {
        List<TrackedRequest> requests = new ArrayList<>();
        var wire = new StringBuilder();
        for (int i = 2 + random.nextInt(6); i > 0; i--) {
            TrackedRequest request = newRequest();
            requests.add(request);
            wire.append(raw(request).wire());
        }
        counts.count("visit pipelines");
        connection.send(wire.toString());
        for (int i = 0; i < requests.size(); i++) {
            if (!receive(connection, requests.get(i), true)) {
                requests.subList(i + 1, requests.size()).forEach(inFlight::close);
                return;
            }
        }
    }

    /** Sends more cookies than most servers accept, and sometimes more than a guard does. */
    private void large(RawConnection connection) {
        boolean readable = random.nextInt(5) > 0;
        int size = readable ? 8_000 + random.nextInt(LARGEST - 8_000) : LARGEST + 50_000;
        TrackedRequest request = newRequest();
        counts.count("visit with large headers");
        connection.send(raw(request).with("Cookie", "a=" + "x".repeat(size)).wire());
        receive(connection, request, readable);
    }

    /** Sends the request in small pieces. */
    private void sendSlowly(RawConnection connection) {
        TrackedRequest request = newRequest();
        String wire = raw(request).wire();
        counts.count("visit in pieces");
        int from = 0;
        while (from < wire.length()) {
            int to = Math.min(wire.length(), from + 1 + random.nextInt(200));
            connection.send(wire.substring(from, to));
            from = to;
            LockSupport.parkNanos(random.nextInt(20_000_000));
        }
        receive(connection, request, true);
    }

    /**
     * Disconnects before the response: after all or a part of the request, by a close or a reset.
     */
    private void abort(RawConnection connection) throws IOException {
        TrackedRequest request = newRequest();
        String wire = raw(request).wire();
        counts.count("visit aborted");
        connection.send(
                wire.substring(
                        0, random.nextInt(3) > 0 ? wire.length() : random.nextInt(wire.length())));
        if (random.nextBoolean()) {
            LockSupport.parkNanos(random.nextInt(30_000_000));
        }
        if (random.nextBoolean()) {
            connection.reset();
        } else {
            connection.hangUp();
        }
        inFlight.close(request);
    }

    /** Sends bytes that are not HTTP. */
    private void sendGarbage(RawConnection connection) {
        var octets = new StringBuilder();
        for (int i = 1 + random.nextInt(300); i > 0; i--) {
            octets.append((char) (1 + random.nextInt(255)));
        }
        TrackedRequest request = newRequest();
        counts.count("visit with garbage");
        connection.send("G" + octets + "\r\n\r\n");
        receive(connection, request, false);
    }

    private TrackedRequest newRequest() {
        return inFlight.open(credentials());
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

    private RawRequest raw(TrackedRequest tracked) {
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
        byte[] pair = (Judge.USER + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** Waits for the response and has it judged. Returns whether the connection is reusable. */
    private boolean receive(RawConnection connection, TrackedRequest request, boolean readable) {
        long from = System.nanoTime();
        counts.count("requests sent");
        try {
            RawAnswer answer = connection.receive();
            long to = System.nanoTime();
            Duration stall = starvation.between(from, to);
            String objection = judge.objection(request, answer, readable, answer.elapsed(), stall);
            if (objection != null) {
                counts.violation(objection, request + " got " + answer.head().raw());
            }
            if (objection == null && answer.elapsed().compareTo(judge.limit()) > 0) {
                counts.count("excused late responses");
            }
            record(answer);
            return !answer.closed();
        } catch (IOException e) {
            counts.violation("no response", request + ": " + e);
            return false;
        } finally {
            inFlight.close(request);
        }
    }

    private void record(RawAnswer answer) {
        String source = answer.header("X-Guard-Fallback").isPresent() ? "fallback" : "verdict";
        counts.count("decision " + source + " " + answer.status());
        answer.header("X-Guard-Fallback").ifPresent(reason -> counts.count("reason " + reason));
    }
}
