package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.telemetry.StatusEndpoint.StatusPart;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The connections to the guard's main port. There is room for so many; when one more comes, the one
 * that has been idle longest goes, so nobody can keep others out by holding connections open. Only
 * when all of them wait for answers is a newcomer refused.
 */
public final class ClientConnections implements StatusPart {
    /** How long the head of a request may take from its first byte on. */
    private static final long HEAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a connection may be silent before it counts. */
    private static final int HANDSHAKE_SECONDS = 1;

    private static final int SAMPLE = 32;

    /** How many may be about to be closed to make room. */
    private static final int CLOSING = 128;

    private final Set<ClientConnection> open = ConcurrentHashMap.newKeySet();
    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
    private final BufferBudget budget;
    private final int room;
    private final int managementPort;
    private final Ticker ticker;
    private Iterator<ClientConnection> next = Collections.emptyIterator();
    private volatile boolean ending;

    /**
     * @param room how many connections there may be
     * @param managementPort connections to this one do not count
     */
    public ClientConnections(BufferBudget budget, int room, int managementPort, Ticker ticker) {
        this.budget = budget;
        this.room = room;
        this.managementPort = managementPort;
        this.ticker = ticker;
    }

    /** Whether this is a connection to the main port, or the listener there. */
    boolean isMainPort(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress local
                && local.getPort() != managementPort;
    }

    /** Takes note of where connections come in; not bound to its port yet. */
    void listensAt(Channel listener) {
        listeners.add(listener);
        listener.config().setRecvByteBufAllocator(new AcceptBatch());
        awaitFirstBytes(listener, HANDSHAKE_SECONDS);
        listener.pipeline().addFirst(new ConnectionLimiter(room + CLOSING, this::isMainPort));
    }

    /**
     * Has Linux tell of a connection when its first bytes are there, so that one turn of the event
     * loop does what otherwise takes two. One that says nothing is told of when so much time has
     * passed (tcp(7), TCP_DEFER_ACCEPT). Others than epoll's listeners do not know this, and ignore
     * it.
     *
     * @param seconds 0: tell at once
     */
    private static void awaitFirstBytes(Channel listener, int seconds) {
        listener.config().setOption(EpollChannelOption.TCP_DEFER_ACCEPT, seconds);
    }

    /** Takes a new connection in. */
    ClientConnection register(Channel channel) {
        boolean hasRoom = open.size() < room || closeLongestIdle();
        var connection = new ClientConnection(channel, budget.open(channel), ticker, hasRoom);
        open.add(connection);
        if (ending) {
            connection.endSoon();
        }
        channel.closeFuture().addListener(closed -> open.remove(connection));
        return connection;
    }

    /**
     * Of a few, each time the next ones in an order that nobody can foresee, because looking at all
     * of them would make each newcomer of a flood more expensive than the one before.
     */
    private synchronized boolean closeLongestIdle() {
        ClientConnection longest = null;
        for (int i = 0; i < SAMPLE; i++) {
            if (!next.hasNext()) {
                next = open.iterator();
            }
            ClientConnection candidate = next.hasNext() ? next.next() : null;
            if (candidate != null
                    && candidate.isIdle()
                    && (longest == null || candidate.waitingNanos() > longest.waitingNanos())) {
                longest = candidate;
            }
        }
        if (longest == null) {
            return false;
        }
        open.remove(longest); // at once, so that the next newcomer does not choose it again
        ClientConnection chosen = longest;
        chosen.closeIfIdle(() -> open.add(chosen));
        return true;
    }

    /** To be called every second. */
    public void rejectSlowHeads() {
        open.forEach(connection -> connection.rejectIfHeadTakesLongerThan(HEAD_NANOS));
    }

    public int size() {
        return open.size();
    }

    /** How many of them wait for an answer. */
    public int answering() {
        return (int) open.stream().filter(connection -> !connection.isIdle()).count();
    }

    /** From now on every answer says that it is the last one on its connection. */
    public void endSoon() {
        ending = true;
        // whoever is not told of when nobody listens any more would never hear that the end has
        // come
        listeners.stream()
                .filter(Channel::isOpen)
                .forEach(listener -> awaitFirstBytes(listener, 0));
        open.forEach(ClientConnection::endSoon);
    }

    /** Nobody can connect any more; who is connected stays. */
    public void stopListening() {
        listeners.stream()
                .filter(this::isMainPort)
                .forEach(listener -> listener.close().awaitUninterruptibly());
    }

    public void closeAll() {
        open.forEach(ClientConnection::close);
    }

    @Override
    public String name() {
        return "connections";
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("open", size());
        state.put("room", room);
        state.put("answering", answering());
        state.put("buffered-bytes", budget.held());
        return state;
    }
}
