package dev.forwardguard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.function.Predicate;

/**
 * An upstream on 127.0.0.1 that acts as its {@link Behaviour} says and records the requests that it
 * receives. The behaviour can be changed at any time; a request that is being answered keeps the
 * one it started with. Waits are limited to 10 s and then fail the test. {@code close} frees the
 * port, all connections and all threads, whatever they are doing. It fails if a behaviour threw
 * anything but an {@code IOException}, or if a client sent something that is not HTTP.
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

    /** Starts an upstream that answers 200 without a body. */
    public static StubUpstream start() {
        return start(Behaviour.answers(200));
    }

    /** Starts an upstream on a random port. */
    public static StubUpstream start(Behaviour behaviour) {
        try {
            var upstream = new StubUpstream(new Listener(), behaviour);
            upstream.dialogues.with(upstream.listener.server());
            return upstream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets the behaviour for the next request or new connection and all further ones. */
    public void behaves(Behaviour next) {
        behaviour = next;
    }

    /** From now on, remembers no other requests than these; it answers all. */
    public void remembers(Predicate<ReceivedRequest> wanted) {
        traffic.remember(wanted);
    }

    /** The port; it never changes. */
    public int port() {
        return listener.port();
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Waits for the next request that this method has not returned yet. */
    public ReceivedRequest awaitRequest() {
        return traffic.next();
    }

    /** Waits for at least this many requests and returns all of them. */
    public List<ReceivedRequest> awaitRequests(int atLeast) {
        traffic.await(atLeast + " requests", () -> traffic.requests().size() >= atLeast);
        return requests();
    }

    /** All requests so far, in order of arrival. */
    public List<ReceivedRequest> requests() {
        return traffic.requests();
    }

    /** The number of connections accepted so far. */
    public int connections() {
        return traffic.accepted();
    }

    /** Waits until at least this many connections were accepted. */
    public void awaitConnections(int atLeast) {
        traffic.await(atLeast + " connections", () -> connections() >= atLeast);
    }

    /** The number of open connections, as the upstream sees them. */
    public int openConnections() {
        return traffic.open().size();
    }

    /** Waits until exactly this many connections are open, such as none after a hang-up. */
    public void awaitOpenConnections(int exactly) {
        traffic.await(exactly + " open connections", () -> openConnections() == exactly);
    }

    /** Waits until this many connections are idle: open, and waiting for a request. */
    public void awaitIdleConnections(int exactly) {
        traffic.await(exactly + " idle connections", () -> traffic.idle().size() == exactly);
    }

    /** Waits until every connection that is open, if there is any, waits for a request. */
    public void awaitAllIdle() {
        traffic.await(
                "all connections idle",
                () -> traffic.open().stream().allMatch(HttpDialogue::isIdle));
    }

    /** Sends unsolicited octets on all idle connections; waits for at least one. */
    public void pushToIdleConnections(String octets) {
        toIdleConnections(dialogue -> dialogue.send(octets));
    }

    /** Closes (FIN) all idle connections; waits for at least one. */
    public void closeIdleConnections() {
        toIdleConnections(HttpDialogue::release);
    }

    /** Resets (RST) all idle connections; waits for at least one. */
    public void resetIdleConnections() {
        toIdleConnections(HttpDialogue::reset);
    }

    /** Closes all connections and refuses new ones; the port stays reserved. */
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

    /**
     * Clears the recorded requests and the number of accepted connections; for a shared upstream.
     */
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
