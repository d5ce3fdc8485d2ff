package dev.forwardguard.manifests.edge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A way from one gateway to etcd. It can fall silent: connections stay open, and nothing passes.
 */
final class Relay implements AutoCloseable {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final int BUFFER = 64 << 10;

    private final ServerSocket server;
    private final int target;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean silent;

    private Relay(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    static Relay to(int port) {
        try {
            var relay = new Relay(new ServerSocket(0, 50, HERE), port);
            relay.threads.submit(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on nothing passes, in neither direction. */
    void fallSilent() {
        silent = true;
    }

    private Void accept() throws IOException {
        while (true) {
            Socket caller = server.accept();
            threads.submit(() -> serve(caller));
        }
    }

    private Void serve(Socket caller) throws IOException, InterruptedException {
        try (caller;
                Socket etcd = new Socket(HERE, target)) {
            threads.submit(() -> pump(caller, etcd));
            pump(etcd, caller);
        }
        return null;
    }

    private Void pump(Socket from, Socket to) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (silent) {
                    closed.await();
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed.countDown();
        threads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
