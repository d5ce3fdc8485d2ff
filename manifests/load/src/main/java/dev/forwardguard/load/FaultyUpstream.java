package dev.forwardguard.load;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.HttpDialogue;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Fault;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** An upstream with the faults of a {@link FaultWindow}; records its actual responses. */
final class FaultyUpstream implements AutoCloseable {
    /** Excess bytes to send after a verdict; the first of them would be an allow. */
    private static final List<String> EXCESS =
            List.of(
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nX-Rest: ",
                    "HTTP/1.1 200",
                    "H",
                    "\r\n",
                    "garbage\u0000");

    private final Kind kind;
    private final InFlight inFlight;
    private final Counts counts;
    private final String secret;
    private final StubUpstream stub = StubUpstream.start();
    private final AtomicLong turns = new AtomicLong();
    private volatile FaultWindow window = FaultWindow.withoutFaults();

    /**
     * @param secret the value of {@code Authorization} with the emergency password, which the guard
     *     must never forward
     */
    FaultyUpstream(Kind kind, InFlight inFlight, Counts counts, String secret) {
        this.kind = kind;
        this.inFlight = inFlight;
        this.counts = counts;
        this.secret = secret;
        stub.behaves(new FaultyBehaviour());
    }

    int port() {
        return stub.port();
    }

    int openConnections() {
        return stub.openConnections();
    }

    void change(FaultWindow next) {
        boolean wasDown = window.level() == FaultWindow.Level.REFUSED;
        window = next;
        if (wasDown) {
            stub.comeBack();
        }
        if (next.level() == FaultWindow.Level.REFUSED) {
            stub.goDown();
        }
        stub.forget();
    }

    /** Closes all connections, and listens again. */
    void closeConnections() {
        change(FaultWindow.withoutFaults());
        stub.goDown();
        stub.comeBack();
    }

    @Override
    public void close() {
        stub.close();
    }

    private final class FaultyBehaviour implements Behaviour {
        @Override
        public void greet(HttpDialogue dialogue) throws IOException, InterruptedException {
            if (isFaulty()) {
                fault().behaviour().greet(dialogue);
            }
        }

        @Override
        public void answer(HttpDialogue dialogue, ReceivedRequest request)
                throws IOException, InterruptedException {
            String number = request.header(TrackedRequest.NUMBER).orElse("");
            counts.count(number.isEmpty() ? "upstream probes" : "upstream requests");
            if (request.headers("Authorization").contains(secret)) {
                counts.violation("sent the emergency password to the upstream", number);
            }
            if (!isWhole(request, number)) {
                counts.violation("made another body of an upload", number);
            }
            TrackedRequest tracked = inFlight.find(number);
            if (isFaulty()) {
                Fault fault = fault();
                tracked.recordFault(fault.what());
                counts.count("fault " + fault.what());
                fault.behaviour().answer(dialogue, request);
            } else {
                decide(dialogue, request, tracked);
            }
        }
    }

    /** Whether a request has the body that its visitor announced; if they did. */
    private static boolean isWhole(ReceivedRequest request, String number) {
        return request.header(PageVisit.UPLOAD)
                .map(length -> PageVisit.upload(number, Integer.parseInt(length)))
                .filter(sent -> !sent.equals(request.body()))
                .isEmpty();
    }

    private boolean isFaulty() {
        int every = window.every();
        return every > 0 && turns.incrementAndGet() % every == 0;
    }

    private Fault fault() {
        List<Fault> faults = window.faults();
        return faults.get(ThreadLocalRandom.current().nextInt(faults.size()));
    }

    /** Sends a verdict in one of its correct forms, or in one that is at least unambiguous. */
    private void decide(HttpDialogue dialogue, ReceivedRequest request, TrackedRequest tracked)
            throws IOException, InterruptedException {
        RandomGenerator random = ThreadLocalRandom.current();
        Answer verdict = verdict(tracked, random);
        tracked.recordVerdict(verdict);
        int percent = random.nextInt(100);
        Behaviour form;
        if (percent < 80) {
            form = Behaviour.answers(verdict);
        } else if (percent < 88) {
            form = Behaviour.answersRaw(inChunks(verdict));
        } else if (percent < 92) {
            form = Behaviour.answersUntilClose(verdict.status(), verdict.headers(), verdict.body());
        } else if (percent < 94) {
            form = Behaviour.answersRaw("HTTP/1.1 103 Hints\r\nLink: <x>\r\n\r\n" + verdict.wire());
        } else if (percent < 96) {
            dialogue.pause(Duration.ofMillis(random.nextInt(200)));
            form = Behaviour.answers(verdict);
        } else if (percent < 98) {
            form = Behaviour.answers(verdict).then(Ending.CLOSE);
        } else {
            counts.count("fault excess bytes after a verdict");
            form = Behaviour.answersRaw(verdict.wire() + EXCESS.get(random.nextInt(EXCESS.size())));
        }
        form.answer(dialogue, request);
    }

    private Answer verdict(TrackedRequest tracked, RandomGenerator random) {
        int status = kind.verdicts().get(random.nextInt(kind.verdicts().size()));
        Answer verdict =
                Answer.of(status)
                        .with(
                                TrackedRequest.VERDICT,
                                tracked.number() + "/" + random.nextInt(1 << 30));
        int length = random.nextInt(100) == 0 ? 100_000 : random.nextInt(1_000);
        return status == 204 ? verdict : verdict.body(tracked.number() + " " + "x".repeat(length));
    }

    private static String inChunks(Answer verdict) {
        String body = verdict.body();
        if (body.isEmpty()) {
            return verdict.wire();
        }
        int half = body.length() / 2;
        return verdict.with("Transfer-Encoding", "chunked").head()
                + chunk(body.substring(0, half))
                + chunk(body.substring(half))
                + "0\r\n\r\n";
    }

    private static String chunk(String octets) {
        return octets.isEmpty()
                ? ""
                : Integer.toHexString(octets.length()) + "\r\n" + octets + "\r\n";
    }
}
