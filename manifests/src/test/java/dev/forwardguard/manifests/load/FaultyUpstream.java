package dev.forwardguard.manifests.load;

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

/**
 * An upstream that behaves as the {@link FaultWindow} says, and writes down what it really
 * answered.
 */
final class FickleUpstream implements AutoCloseable {
    /** Sent behind a verdict, where nothing belongs; the first would be an allow. */
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
    private volatile FaultWindow window = FaultWindow.fair();

    /**
     * @param secret what must never arrive here: the value of an {@code Authorization} that is the
     *     guard's own
     */
    FickleUpstream(Kind kind, InFlight inFlight, Counts counts, String secret) {
        this.kind = kind;
        this.inFlight = inFlight;
        this.counts = counts;
        this.secret = secret;
        stub.behaves(new Whims());
    }

    int port() {
        return stub.port();
    }

    int openConnections() {
        return stub.openConnections();
    }

    void turn(FaultWindow next) {
        boolean wasGone = window.weather() == FaultWindow.Weather.REFUSAL;
        window = next;
        if (wasGone) {
            stub.comeBack();
        }
        if (next.weather() == FaultWindow.Weather.REFUSAL) {
            stub.goDown();
        }
        stub.forget();
    }

    /** Ends all connections, and comes back. */
    void hangUp() {
        turn(FaultWindow.fair());
        stub.goDown();
        stub.comeBack();
    }

    @Override
    public void close() {
        stub.close();
    }

    private final class Whims implements Behaviour {
        @Override
        public void greet(HttpDialogue dialogue) throws IOException, InterruptedException {
            if (strikes()) {
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
            TrackedRequest tracked = inFlight.find(number);
            if (strikes()) {
                Fault fault = fault();
                tracked.suffers(fault.what());
                counts.count("fault " + fault.what());
                fault.behaviour().answer(dialogue, request);
            } else {
                decide(dialogue, request, tracked);
            }
        }
    }

    private boolean strikes() {
        int every = window.every();
        return every > 0 && turns.incrementAndGet() % every == 0;
    }

    private Fault fault() {
        List<Fault> faults = window.faults();
        return faults.get(ThreadLocalRandom.current().nextInt(faults.size()));
    }

    /** A verdict in one of the forms that are correct, or at least leave no doubt about it. */
    private void decide(HttpDialogue dialogue, ReceivedRequest request, TrackedRequest tracked)
            throws IOException, InterruptedException {
        RandomGenerator random = ThreadLocalRandom.current();
        Answer verdict = verdict(tracked, random);
        tracked.gets(verdict);
        int form = random.nextInt(100);
        Behaviour says;
        if (form < 80) {
            says = Behaviour.answers(verdict);
        } else if (form < 88) {
            says = Behaviour.answersRaw(inChunks(verdict));
        } else if (form < 92) {
            says = Behaviour.answersUntilClose(verdict.status(), verdict.headers(), verdict.body());
        } else if (form < 94) {
            says = Behaviour.answersRaw("HTTP/1.1 103 Hints\r\nLink: <x>\r\n\r\n" + verdict.wire());
        } else if (form < 96) {
            dialogue.pause(Duration.ofMillis(random.nextInt(200)));
            says = Behaviour.answers(verdict);
        } else if (form < 98) {
            says = Behaviour.answers(verdict).then(Ending.CLOSE);
        } else {
            counts.count("fault something behind a verdict");
            says = Behaviour.answersRaw(verdict.wire() + EXCESS.get(random.nextInt(EXCESS.size())));
        }
        says.answer(dialogue, request);
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
