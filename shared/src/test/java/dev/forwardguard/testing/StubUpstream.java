package dev.forwardguard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;

/**
 * An upstream on 127.0.0.1 that does what its {@link Behaviour} says, and remembers what it was
 * asked. The behaviour can be changed at any time; requests that are being answered keep theirs.
 * Waits are bounded by 10 s and fail the test. {@code close} frees the port, every connection and
 * every thread, whatever they are doing, and fails if a behaviour threw anything else than an
 * {@code IOException}, or if a client sent what is not HTTP.
 */
public final class StubUpstream implements AutoCloseable {
    private final Traffic traffic = new Traffic();
    private final HttpDialogues dialogues = new HttpDialogues(traffic, () -> this.behaviour);
    private final Listener listener;
    private volatile Behaviour behaviour;

    private StubUpstream(Listener listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
    }

    /** An upstream that answers 200 without a body. */
    public static StubUpstream start() {
        return start(Behaviour.answers(200));
    }

    /** An upstream on a random port. */
    public static StubUpstream start(Behaviour behaviour) {
        try {
            var upstream = new StubUpstream(new Listener(), behaviour);
            upstream.dialogues.with(upstream.listener.server());
            return upstream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the next request (or new connection) on, behave like this. */
    public void behaves(Behaviour next) {
        behaviour = next;
    }

    /** The port, the same for the whole life. */
    public int port() {
        return listener.port();
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** The next request that this method has not returned yet. */
    public ReceivedRequest awaitRequest() {
        return traffic.next();
    }

    /** All requests, once there are at least so many. */
    public List<ReceivedRequest> awaitRequests(int atLeast) {
        traffic.await(atLeast + " requests", () -> traffic.requests().size() >= atLeast);
        return requests();
    }

    /** All requests so far, in order. */
    public List<ReceivedRequest> requests() {
        return traffic.requests();
    }

    /** How many connections were ever accepted. */
    public int connections() {
        return traffic.accepted();
    }

    /** Waits until at least so many connections were ever accepted. */
    public void awaitConnections(int atLeast) {
        traffic.await(atLeast + " connections", () -> connections() >= atLeast);
    }

    /** How many connections are open, as seen from here. */
    public int openConnections() {
        return traffic.open().size();
    }

    /** Waits until exactly so many connections are open, such as none after a hang-up. */
    public void awaitOpenConnections(int exactly) {
        traffic.await(exactly + " open connections", () -> openConnections() == exactly);
    }

    /** Waits until so many connections are idle: open, and waiting for a request. */
    public void awaitIdleConnections(int exactly) {
        traffic.await(exactly + " idle connections", () -> traffic.idle().size() == exactly);
    }

    /** Sends octets that nobody asked for on all idle connections, of which there must be some. */
    public void pushToIdleConnections(String octets) {
        toIdleConnections(dialogue -> dialogue.send(octets));
    }

    /** Closes (FIN) all idle connections, of which there must be some. */
    public void closeIdleConnections() {
        toIdleConnections(HttpDialogue::release);
    }

    /** Resets (RST) all idle connections, of which there must be some. */
    public void resetIdleConnections() {
        toIdleConnections(HttpDialogue::reset);
    }

    /** Ends all connections and refuses further ones; nobody else can take the port. */
    public void goDown() {
        try {
            listener.stop();
            dialogues.end();
            listener.hold();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while going down", e);
        }
    }

    /** Listens again, after {@link #goDown}. */
    public void comeBack() {
        try {
            listener.resume();
            dialogues.with(listener.server());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets all requests and how many connections were accepted; for a shared upstream. */
    public void forget() {
        traffic.forget();
    }

    @Override
    public void close() {
        try {
            listener.close();
            dialogues.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Throwable failure : traffic.failures()) {
            throw new AssertionError("in a behaviour of the stub upstream", failure);
        }
    }

    @FunctionalInterface
    private interface Act {
        void on(HttpDialogue dialogue) throws IOException;
    }

    private void toIdleConnections(Act act) {
        traffic.await("an idle connection", () -> !traffic.idle().isEmpty());
        try {
            for (HttpDialogue dialogue : traffic.idle()) {
                act.on(dialogue);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
