package dev.forwardguard.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@link StubUpstream} does with a request. A connection that a behaviour leaves open stays
 * open for the next request, unless {@link #then} adds another ending. An {@code IOException} means
 * that the client has hung up, which does not fail the test.
 */
@FunctionalInterface
public interface Behaviour {
    /** Called with each request, body included. */
    void answer(HttpDialogue dialogue, ReceivedRequest request)
            throws IOException, InterruptedException;

    /** Called once on each new connection, before anything is read from it. */
    default void greet(HttpDialogue dialogue) throws IOException, InterruptedException {}

    /** A correct response over keep-alive; without its body if to HEAD. */
    static Behaviour answers(int status) {
        return answers(Answer.of(status));
    }

    /** A correct response over keep-alive; without its body if to HEAD. */
    static Behaviour answers(int status, List<Header> headers, String body) {
        return answers(new Answer(status, headers, body));
    }

    /**
     * Correct responses over keep-alive; more than one of them to a single request is a violation.
     */
    static Behaviour answers(Answer... answers) {
        return (dialogue, request) -> {
            var wire = new StringBuilder();
            for (Answer answer : answers) {
                wire.append(request.method().equals("HEAD") ? answer.head() : answer.wire());
            }
            dialogue.send(wire.toString());
            if (request.head().says("Connection", "close")) {
                dialogue.close();
            }
        };
    }

    /** Any octets, as Latin-1. */
    static Behaviour answersRaw(String octets) {
        return (dialogue, _) -> dialogue.send(octets);
    }

    /** Any octets. */
    static Behaviour answersRaw(byte[] octets) {
        return answersRaw(Octets.text(octets));
    }

    /** An HTTP/1.0 response without a length: only the end of the connection ends the body. */
    static Behaviour answersUntilClose(int status, List<Header> headers, String body) {
        String head = "HTTP/1.0 " + status + " \r\n" + Header.lines(headers) + "\r\n";
        return answersRaw(head + body).then(Ending.CLOSE);
    }

    /** Sends these octets one at a time, each but the first after the interval. */
    static Behaviour drips(String octets, Duration interval) {
        return (dialogue, _) -> {
            for (int i = 0; i < octets.length(); i++) {
                if (i > 0) {
                    dialogue.pause(interval);
                }
                dialogue.send(octets.substring(i, i + 1));
            }
        };
    }

    /** Sends the beginning at once, then the filler again and again until the client hangs up. */
    static Behaviour dripsForever(String beginning, String filler, Duration interval) {
        return (dialogue, _) -> {
            dialogue.send(beginning);
            while (true) {
                dialogue.pause(interval);
                dialogue.send(filler);
            }
        };
    }

    /** Reads the request and sends nothing until the client hangs up. */
    static Behaviour hangs() {
        return answersRaw("").then(Ending.HANG);
    }

    /** Accepts the connection and never reads a byte; a hang-up of the client goes unnoticed. */
    static Behaviour acceptsAndNeverReads() {
        return onConnect(Ending.STALL);
    }

    /** Reads the request, then resets (RST) without sending a byte. */
    static Behaviour resetsBeforeAnswer() {
        return answersRaw("").then(Ending.RESET);
    }

    /** Reads the request, then closes (FIN) without sending a byte. */
    static Behaviour closesBeforeAnswer() {
        return answersRaw("").then(Ending.CLOSE);
    }

    /**
     * Resets (RST) once the connection is established; slow clients may see it while connecting.
     */
    static Behaviour resetsOnConnect() {
        return onConnect(Ending.RESET);
    }

    /** Closes (FIN) once the connection is established. */
    static Behaviour closesOnConnect() {
        return onConnect(Ending.CLOSE);
    }

    /** Uses the first of these for the first request, and so on; the last one stays. */
    static Behaviour inTurn(Behaviour... behaviours) {
        var next = new AtomicInteger();
        return (dialogue, request) -> {
            int turn = Math.min(next.getAndIncrement(), behaviours.length - 1);
            behaviours[turn].answer(dialogue, request);
        };
    }

    /** This behaviour, followed by this ending of the connection. */
    default Behaviour then(Ending ending) {
        return new Greeting(
                this::greet,
                (dialogue, request) -> {
                    answer(dialogue, request);
                    ending.apply(dialogue);
                });
    }

    /**
     * This behaviour, but only once the gate is open. All requests wait at the same gate and do not
     * notice hang-ups.
     */
    default Behaviour after(CountDownLatch gate) {
        return new Greeting(
                this::greet,
                (dialogue, request) -> {
                    gate.await();
                    answer(dialogue, request);
                });
    }

    /**
     * This behaviour for the first request of a connection, the other one for all further requests.
     */
    default Behaviour onReuse(Behaviour later) {
        return new Greeting(
                this::greet,
                (dialogue, request) ->
                        (request.onConnection() == 1 ? this : later).answer(dialogue, request));
    }

    private static Behaviour onConnect(Ending ending) {
        return new Greeting(ending::apply, answersRaw("").then(ending));
    }
}
