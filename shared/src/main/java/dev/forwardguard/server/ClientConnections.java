package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * The connections to one port of the guard, of which there is a limited number. When one more
 * arrives, an idle connection is closed to make room: the one of a sample that has been idle
 * longest. So open connections cannot keep new ones out. Only if the sample has no idle connection
 * is the first request of the new connection rejected.
 */
public final class ClientConnections implements StatusPart {
    /** How long the head of a request may take, counted from its first byte. */
    private static final Duration HEAD_TIME = Duration.ofSeconds(10);

    /**
     * Longer than gateways keep idle connections (Traefik 90 s, nginx 60 s), so that the gateway
     * closes them first. A client that stops reading its response is silent, too.
     */
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** How long the system holds back a connection that sends nothing. */
    private static final int HANDSHAKE_SECONDS = 1;

    private static final int SAMPLE = 32;

    /** How many connections may be closing at once to make room. */
    private static final int CLOSING = 128;

    private final Set<ClientConnection> open = ConcurrentHashMap.newKeySet();
    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
    private final BufferBudget budget;
    private final int room;
    private final int closing;
    private final long headNanos;
    private final IntPredicate ports;
    private final Ticker ticker;
    private Iterator<ClientConnection> next = Collections.emptyIterator();
    private volatile boolean draining;

    /**
     * @param room how many connections there may be
     * @param managementPort connections to this port do not count
     */
    public ClientConnections(BufferBudget budget, int room, int managementPort, Ticker ticker) {
        this(budget, room, CLOSING, HEAD_TIME, port -> port != managementPort, ticker);
    }

    /**
     * @param closing how many connections may be closing at once to make room
     * @param headTime how long the head of a request may take, counted from its first byte
     * @param ports connections to other ports do not count
     */
    ClientConnections(
            BufferBudget budget,
            int room,
            int closing,
            Duration headTime,
            IntPredicate ports,
            Ticker ticker) {
        this.budget = budget;
        this.room = room;
        this.closing = closing;
        this.headNanos = headTime.toNanos();
        this.ports = ports;
        this.ticker = ticker;
    }

    /** Whether this is a connection to the port, or the listener on it. */
    boolean isAtPort(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress local
                && ports.test(local.getPort());
    }

    /** Sets up a listener that is not bound to its port yet. */
    void listensAt(Channel listener) {
        listeners.add(listener);
        listener.config().setRecvByteBufAllocator(new AcceptBatch(ticker));
        awaitFirstBytes(listener, HANDSHAKE_SECONDS);
        limit(listener);
    }

    /** Limits the connections of this listener, if it is bound to the port. */
    void limit(Channel listener) {
        listener.pipeline().addFirst(new ConnectionLimiter(room + closing, this::isAtPort));
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

    /**
     * Registers a new connection.
     *
     * @param always whether a busy connection is closed to make room if none is idle
     */
    ClientConnection register(Channel channel, boolean always) {
        boolean hasRoom = open.size() < room || closeLongestIdle() || (always && closeOldest());
        var connection =
                new ClientConnection(
                        channel, budget.open(channel), ticker, () -> draining, hasRoom);
        open.add(connection);
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

    private boolean closeOldest() {
        Optional<ClientConnection> oldest =
                open.stream().max(Comparator.comparingLong(ClientConnection::waitingNanos));
        oldest.ifPresent(
                connection -> {
                    open.remove(connection);
                    connection.close();
                });
        return oldest.isPresent();
    }

    /**
     * Rejects requests whose heads take too long, and closes connections on which nothing happens.
     * To be called every second.
     */
    void sweep() {
        for (ClientConnection connection : open) {
            connection.rejectIfHeadTakesLongerThan(headNanos);
            connection.closeIfWaitingLongerThan(SILENCE_NANOS);
        }
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
        draining = true;
        // a connection that Linux still holds back when the listener closes would never get a
        // response that announces the end
        listeners.stream()
                .filter(Channel::isOpen)
                .forEach(listener -> awaitFirstBytes(listener, 0));
    }

    /** Stops accepting connections. Those that are open stay open. */
    public void stopListening() {
        listeners.stream()
                .filter(this::isAtPort)
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
