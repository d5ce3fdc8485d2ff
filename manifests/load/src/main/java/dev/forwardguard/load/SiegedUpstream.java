package dev.forwardguard.load;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.HttpDialogue;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A healthy upstream that answers within a few milliseconds. Attackers can make it slow and its
 * response large, but never get an allow of it. Each response names its request.
 */
final class SiegedUpstream implements AutoCloseable {
    /** The path of an application for which the upstream never answers. */
    static final String SLOW = "/slow";

    /** The beginning of a path that becomes a part of the response's head. */
    static final String ECHO = "/echo";

    private static final List<Integer> VERDICTS = List.of(200, 200, 200, 200, 302, 302, 401, 403);
    private static final int PART = 64 << 10;
    private static final int PARTS = 64;

    private static final String INTERIM =
            (Answer.of(102).wire() + Answer.of(103).with("Link", "</a.css>").wire()).repeat(50);

    private final InFlight inFlight;
    private final StubUpstream stub;

    SiegedUpstream(InFlight inFlight) {
        this.inFlight = inFlight;
        this.stub = StubUpstream.start(this::answer);
        stub.remembers(any -> false);
    }

    int port() {
        return stub.port();
    }

    @Override
    public void close() {
        stub.close();
    }

    private void answer(HttpDialogue dialogue, ReceivedRequest request)
            throws IOException, InterruptedException {
        String number = request.header(TrackedRequest.NUMBER).orElse("");
        dialogue.pause(Duration.ofMillis(ThreadLocalRandom.current().nextInt(1, 5)));
        Behaviour behaviour =
                number.startsWith("q")
                        ? verdict(inFlight.find(number))
                        : toAttacker(number, request);
        behaviour.answer(dialogue, request);
    }

    private static Behaviour verdict(TrackedRequest tracked) {
        int random = ThreadLocalRandom.current().nextInt(1 << 30);
        Answer verdict =
                Answer.of(VERDICTS.get(random % VERDICTS.size()))
                        .with(TrackedRequest.VERDICT, tracked.number() + "/" + random)
                        .body(tracked.number() + " " + "x".repeat(random % 500));
        tracked.recordVerdict(verdict);
        return Behaviour.answers(verdict);
    }

    /** To probes as well, which have no number. */
    private static Behaviour toAttacker(String number, ReceivedRequest request) {
        String path = request.header("X-Forwarded-Uri").orElse("");
        boolean isPage = path.isEmpty() && !request.uri().contains("/auth");
        Answer answer = Answer.of(isPage ? 200 : 302).with(TrackedRequest.VERDICT, number);
        if (path.equals(SLOW) || request.uri().endsWith("/slow")) {
            return Behaviour.hangs();
        }
        if (request.uri().endsWith("/interim")) {
            return Behaviour.answersRaw(INTERIM + answer.wire());
        }
        if (request.uri().endsWith("/large")) {
            return (dialogue, _) -> large(dialogue, answer);
        }
        String back = path.startsWith(ECHO) ? URLEncoder.encode(path, StandardCharsets.UTF_8) : "";
        return Behaviour.answers(answer.with("Location", "https://sso.example/?rd=" + back));
    }

    private static void large(HttpDialogue dialogue, Answer answer) throws IOException {
        dialogue.send(answer.with("Content-Length", Integer.toString(PART * PARTS)).head());
        for (int i = 0; i < PARTS; i++) {
            dialogue.send("x".repeat(PART));
        }
    }
}
