package dev.forwardguard.manifests;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * One address for the replicas of a guard. A new connection goes to any replica that is ready, and
 * stays there. A replica that says so is no longer ready at once, as a pod that ends; one that does
 * not answer is after two probes, as the manifests have it.
 */
final class TcpBalancer implements AutoCloseable {
    /** As long as a cluster needs to take an endpoint out of a Service. */
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final int FAILURE_THRESHOLD = 2;

    private final ServerSocket server;
    private final Map<GuardProcess, Boolean> ready = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile OnRefusal onRefusal = OnRefusal.FAIL;

    /** What happens to a connection that its replica refuses. */
    enum OnRefusal {
        /** It fails, as with kube-proxy. */
        FAIL,
        /** The next replica gets it, as with haproxy's {@code redispatch}. */
        TRY_NEXT
    }

    private TcpBalancer(ServerSocket server) {
        this.server = server;
    }

    static TcpBalancer start() {
        try {
            var balancer = new TcpBalancer(new ServerSocket(0, 200, Loopback.ADDRESS));
            balancer.threads.submit(balancer::accept);
            return balancer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    void onRefusal(OnRefusal next) {
        onRefusal = next;
    }

    /** From now on, this replica gets connections whenever it is ready, as it is now. */
    void add(GuardProcess replica) {
        ready.put(replica, true);
        threads.submit(() -> probe(replica));
    }

    /** From now on, this replica gets no connections. */
    void remove(GuardProcess replica) {
        ready.remove(replica);
    }

    /** Waits until this replica gets no connection any more. */
    void awaitNotReady(GuardProcess replica) {
        Eventually.until("failed probes", () -> !ready.getOrDefault(replica, false));
    }

    private Void probe(GuardProcess replica) throws InterruptedException {
        RawHttp management = RawHttp.to(replica.managementPort()).limit(PROBE_TIMEOUT);
        int unanswered = 0;
        while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
            boolean isReady;
            try {
                isReady = management.ask(RawRequest.get("/health/readiness")).status() == 200;
                unanswered = 0;
            } catch (IOException _) {
                unanswered++;
                isReady = unanswered < FAILURE_THRESHOLD && ready.getOrDefault(replica, false);
            }
            boolean now = isReady;
            ready.computeIfPresent(replica, (_, _) -> now);
        }
        return null;
    }

    private Void accept() throws IOException {
        while (true) {
            Socket caller = server.accept();
            threads.submit(() -> serve(caller));
        }
    }

    private Void serve(Socket caller) throws IOException {
        try (caller;
                Socket replica = connect()) {
            threads.submit(() -> pump(caller, replica));
            pump(replica, caller);
        }
        return null;
    }

    private Socket connect() throws IOException {
        List<GuardProcess> choice = new ArrayList<>();
        ready.forEach(
                (replica, isReady) -> {
                    if (isReady) {
                        choice.add(replica);
                    }
                });
        Collections.shuffle(choice);
        for (GuardProcess each : choice) {
            try {
                return new Socket(Loopback.ADDRESS, each.port());
            } catch (IOException refused) {
                if (onRefusal == OnRefusal.FAIL) {
                    throw refused;
                }
            }
        }
        throw new IOException("no replica is ready");
    }

    private static Void pump(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // a killed replica resets its connections
            to.close();
            throw e;
        }
        return null;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
