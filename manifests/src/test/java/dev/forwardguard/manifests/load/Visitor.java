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

/** Asks a guard in all the ways that Traefik and its visitors have, good and bad, until told. */
final class Visitor implements Runnable {
    private static final int LARGEST = 250_000;

    /** At most between two questions, so that it is the guards that are measured. */
    private static final int THINKING = 30_000_000;

    private final Kind kind;
    private final RawHttp guard;
    private final InFlight inFlight;
    private final Judge judge;
    private final Counts counts;
    private final Starvation starvation;
    private final String password;
    private final RandomGenerator random;
    private final BooleanSupplier goOn;

    Visitor(
            Kind kind,
            int port,
            InFlight inFlight,
            Judge judge,
            Counts counts,
            Starvation starvation,
            String password,
            RandomGenerator random,
            BooleanSupplier goOn) {
        this.kind = kind;
        this.guard = RawHttp.to(port);
        this.inFlight = inFlight;
        this.judge = judge;
        this.counts = counts;
        this.starvation = starvation;
        this.password = password;
        this.random = random;
        this.goOn = goOn;
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            try (RawConnection connection = guard.connect()) {
                visit(connection);
            } catch (IOException e) {
                counts.violation("no connection to the guard", e);
            } catch (RuntimeException e) {
                counts.violation("a visitor gave up", e);
            }
        }
    }

    private void visit(RawConnection connection) throws IOException {
        int lot = random.nextInt(100);
        if (lot < 60) {
            stay(connection);
        } else if (lot < 75) {
            pipeline(connection);
        } else if (lot < 78) {
            large(connection);
        } else if (lot < 84) {
            dawdle(connection);
        } else if (lot < 98) {
            leave(connection);
        } else {
            babble(connection);
        }
    }

    /** One question after the other. */
    private void stay(RawConnection connection) {
        int requests = 1 + random.nextInt(40);
        for (int i = 0; i < requests && goOn.getAsBoolean(); i++) {
            TrackedRequest request = ask();
            connection.send(raw(request).wire());
            if (!hear(connection, request, true)) {
                return;
            }
            LockSupport.parkNanos(random.nextInt(THINKING));
        }
    }

    /** Some questions at once; each answer has to come in turn. */
    private void pipeline(RawConnection connection) {
        List<TrackedRequest> requests = new ArrayList<>();
        var wire = new StringBuilder();
        for (int i = 2 + random.nextInt(6); i > 0; i--) {
            TrackedRequest request = ask();
            requests.add(request);
            wire.append(raw(request).wire());
        }
        counts.count("visit pipelines");
        connection.send(wire.toString());
        for (int i = 0; i < requests.size(); i++) {
            if (!hear(connection, requests.get(i), true)) {
                requests.subList(i + 1, requests.size()).forEach(inFlight::close);
                return;
            }
        }
    }

    /** More cookies than most servers take; sometimes more than a guard does. */
    private void large(RawConnection connection) {
        boolean readable = random.nextInt(5) > 0;
        int size = readable ? 8_000 + random.nextInt(LARGEST - 8_000) : LARGEST + 50_000;
        TrackedRequest request = ask();
        counts.count("visit with large headers");
        connection.send(raw(request).with("Cookie", "a=" + "x".repeat(size)).wire());
        hear(connection, request, readable);
    }

    /** Takes its time to send the request. */
    private void dawdle(RawConnection connection) {
        TrackedRequest request = ask();
        String wire = raw(request).wire();
        counts.count("visit in pieces");
        int from = 0;
        while (from < wire.length()) {
            int to = Math.min(wire.length(), from + 1 + random.nextInt(200));
            connection.send(wire.substring(from, to));
            from = to;
            LockSupport.parkNanos(random.nextInt(20_000_000));
        }
        hear(connection, request, true);
    }

    /** Goes before the answer: before, amid or behind the question, politely or not. */
    private void leave(RawConnection connection) throws IOException {
        TrackedRequest request = ask();
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

    /** Says what is not HTTP. */
    private void babble(RawConnection connection) {
        var octets = new StringBuilder();
        for (int i = 1 + random.nextInt(300); i > 0; i--) {
            octets.append((char) (1 + random.nextInt(255)));
        }
        TrackedRequest request = ask();
        counts.count("visit with nonsense");
        connection.send("G" + octets + "\r\n\r\n");
        hear(connection, request, false);
    }

    private TrackedRequest ask() {
        return inFlight.open(credentials());
    }

    private Credentials credentials() {
        int lot = random.nextInt(100);
        if (kind.failsOpen() || lot < 60) {
            return Credentials.NONE;
        }
        if (lot < 70) {
            return Credentials.WRONG;
        }
        return lot < 95 ? Credentials.RIGHT : Credentials.RIGHT_IN_CLEAR;
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

    /** The value of {@code Authorization} for the one user there is. */
    static String basic(String password) {
        byte[] pair = (Judge.USER + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** Waits for the answer and has it judged; whether the connection can be used again. */
    private boolean hear(RawConnection connection, TrackedRequest request, boolean readable) {
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
                counts.count("excused late answers");
            }
            record(answer);
            return !answer.closed();
        } catch (IOException e) {
            counts.violation("no answer", request + ": " + e);
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
