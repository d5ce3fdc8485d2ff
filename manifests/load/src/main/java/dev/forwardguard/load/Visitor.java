package dev.forwardguard.load;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Sends a guard auth requests of all kinds, good and bad, until the soak test ends. */
final class Visitor implements Runnable {
    private static final int LARGEST = 250_000;
    private static final int MOST_FIELDS = 200;

    /** The longest pause between two requests, in nanoseconds; keeps the load on the guards low. */
    private static final int MAX_PAUSE = 30_000_000;

    private final Kind kind;
    private final RawHttp guard;
    private final InFlight inFlight;
    private final Judge judge;
    private final Counts counts;
    private final Starvation starvation;
    private final RandomGenerator random;
    private final BooleanSupplier keepRunning;
    private final SoakRequests requests;
    private final CancelledVisit cancelled;
    private final PageVisit pages;

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
        this.random = random;
        this.keepRunning = keepRunning;
        this.requests = new SoakRequests(kind, inFlight, password, random);
        this.cancelled = new CancelledVisit(requests, counts, random);
        this.pages = new PageVisit(inFlight, judge, counts, random);
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
        if (percent < 55) {
            keepAlive(connection);
        } else if (percent < 68) {
            pipeline(connection);
        } else if (percent < 71) {
            large(connection);
        } else if (percent < 75) {
            manyFields(connection);
        } else if (percent < 80) {
            sendSlowly(connection);
        } else if (percent < 88) {
            cancelled.abort(connection);
        } else if (percent < 91) {
            cancelled.abortUpload(connection);
        } else if (percent < 94) {
            sendGarbage(connection);
        } else {
            page(connection);
        }
    }

    /** Asks for pages of the outpost, which only one of the guards passes through. */
    private void page(RawConnection connection) throws IOException {
        if (kind.failsOpen()) {
            keepAlive(connection);
        } else if (random.nextInt(4) > 0) {
            pages.visit(connection);
        } else {
            pages.abort(connection);
        }
    }

    /** Sends one request after the other. */
    private void keepAlive(RawConnection connection) {
        int times = 1 + random.nextInt(40);
        for (int i = 0; i < times && keepRunning.getAsBoolean(); i++) {
            TrackedRequest request = requests.next();
            connection.send(requests.raw(request).wire());
            if (!receive(connection, request, true)) {
                return;
            }
            LockSupport.parkNanos(random.nextInt(MAX_PAUSE));
        }
    }

    /** Sends several requests at once; the responses must come in order. */
    private void pipeline(RawConnection connection) {
        List<TrackedRequest> sent = new ArrayList<>();
        var wire = new StringBuilder();
        for (int i = 2 + random.nextInt(6); i > 0; i--) {
            TrackedRequest request = requests.next();
            sent.add(request);
            wire.append(requests.raw(request).wire());
        }
        counts.count("visit pipelines");
        connection.send(wire.toString());
        for (int i = 0; i < sent.size(); i++) {
            if (!receive(connection, sent.get(i), true)) {
                sent.subList(i + 1, sent.size()).forEach(inFlight::close);
                return;
            }
        }
    }

    /** Sends more cookies than most servers accept, and sometimes more than a guard does. */
    private void large(RawConnection connection) {
        boolean readable = random.nextInt(5) > 0;
        int size = readable ? 8_000 + random.nextInt(LARGEST - 8_000) : LARGEST + 50_000;
        TrackedRequest request = requests.next();
        counts.count("visit with large headers");
        connection.send(requests.raw(request).with("Cookie", "a=" + "x".repeat(size)).wire());
        receive(connection, request, readable);
    }

    /** Sends as many fields as a guard accepts, or more. */
    private void manyFields(RawConnection connection) {
        boolean readable = random.nextInt(3) > 0;
        TrackedRequest tracked = requests.next();
        RawRequest request = requests.raw(tracked);
        int fields =
                readable
                        ? 1 + random.nextInt(MOST_FIELDS)
                        : MOST_FIELDS + 1 + random.nextInt(2_000);
        int more = Math.max(0, fields - request.headers().size());
        counts.count(readable ? "visit with many fields" : "visit with too many fields");
        String wire = request.wire();
        String end = "\r\n";
        connection.send(
                wire.substring(0, wire.length() - end.length()) + "A1f: b\r\n".repeat(more) + end);
        receive(connection, tracked, readable);
    }

    /** Sends the request in small pieces. */
    private void sendSlowly(RawConnection connection) {
        TrackedRequest request = requests.next();
        String wire = requests.raw(request).wire();
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

    /** Sends bytes that are not HTTP. */
    private void sendGarbage(RawConnection connection) {
        var octets = new StringBuilder();
        for (int i = 1 + random.nextInt(300); i > 0; i--) {
            octets.append((char) (1 + random.nextInt(255)));
        }
        TrackedRequest request = requests.next();
        counts.count("visit with garbage");
        connection.send("G" + octets + "\r\n\r\n");
        receive(connection, request, false);
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
