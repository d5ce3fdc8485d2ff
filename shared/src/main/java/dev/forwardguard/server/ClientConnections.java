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
 * The connections to the guard's main port, of which there is a limited number. When one more
 * arrives, an idle connection is closed to make room: the one of a sample that has been idle
 * longest. So open connections cannot keep new ones out. Only if the sample has no idle connection
 * is the first request of the new connection rejected.
 */
public final class ClientConnections implements StatusPart {
    /** How long the head of a request may take, counted from its first byte. */
    private static final long HEAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long the system holds back a connection that sends nothing. */
    private static final int HANDSHAKE_SECONDS = 1;

    private static final int SAMPLE = 32;

    /** How many connections may be closing at once to make room. */
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
     * @param managementPort connections to this port do not count
     */
    public ClientConnections(BufferBudget budget, int room, int managementPort, Ticker ticker) {
        this.budget = budget;
        this.room = room;
        this.managementPort = managementPort;
        this.ticker = ticker;
    }

    /** Whether this is a connection to the main port, or the listener on it. */
    boolean isMainPort(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress local
                && local.getPort() != managementPort;
    }

    /** Sets up a listener that is not bound to its port yet. */
    void listensAt(Channel listener) {
        listeners.add(listener);
        listener.config().setRecvByteBufAllocator(new AcceptBatch());
        awaitFirstBytes(listener, HANDSHAKE_SECONDS);
        listener.pipeline().addFirst(new ConnectionLimiter(room + CLOSING, this::isMainPort));
    }

    /**
     * Makes Linux report a connection only when its first bytes have arrived, so that one turn of
     * the event loop does the work of two. A connection that sends nothing is reported after this
     * time (tcp(7), TCP_DEFER_ACCEPT). Listeners other than epoll's do not know this option, and
     * ignore it.
     *
     * @param seconds 0: report at once
     */
    private static void awaitFirstBytes(Channel listener, int seconds) {
        listener.config().setOption(EpollChannelOption.TCP_DEFER_ACCEPT, seconds);
    }

    /** Registers a new connection. */
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
     * Closes the connection that has been idle longest, out of a small sample. Each call samples
     * the next ones in an unpredictable order. Looking at all of them would make each new
     * connection of a flood more expensive than the one before.
     *
     * @return false if none of the sample is idle
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
        open.remove(longest); // at once, so that the next call does not choose it again
        ClientConnection chosen = longest;
        chosen.closeIfIdle(() -> open.add(chosen));
        return true;
    }

    /** Rejects requests whose heads take too long. To be called every second. */
    public void rejectSlowHeads() {
        open.forEach(connection -> connection.rejectIfHeadTakesLongerThan(HEAD_NANOS));
    }

    public int size() {
        return open.size();
    }

    /** The number of connections that wait for a response. */
    public int answering() {
        return (int) open.stream().filter(connection -> !connection.isIdle()).count();
    }

    /** From now on every response announces the end of its connection. */
    public void endSoon() {
        ending = true;
        // a connection that Linux still holds back when the listener closes would never get a
        // response that announces the end
        listeners.stream()
                .filter(Channel::isOpen)
                .forEach(listener -> awaitFirstBytes(listener, 0));
        open.forEach(ClientConnection::endSoon);
    }

    /** Stops accepting connections. Those that are open stay open. */
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
