package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy between guard and API server that can silently stop forwarding. */
final class StallableProxy implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final List<Socket> all = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger generation = new AtomicInteger();

    StallableProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Stops forwarding on existing connections; new ones work. */
    void stall() {
        generation.incrementAndGet();
    }

    /** Refuses new connections; existing ones work. */
    void refuse() throws IOException {
        server.close();
    }

    /** The number of connections that the guard has not closed. */
    int open() {
        return clients.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : all) {
            socket.close();
        }
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket upstream = new Socket();
                upstream.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), target));
                all.addAll(List.of(client, upstream));
                clients.add(client);
                int createdIn = generation.get();
                threads.execute(() -> forward(client, upstream, createdIn, true));
                threads.execute(() -> forward(upstream, client, createdIn, false));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void forward(Socket from, Socket to, int createdIn, boolean fromClient) {
        byte[] buffer = new byte[8192];
        try (InputStream in = from.getInputStream()) {
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (createdIn == generation.get()) {
                    out.write(buffer, 0, length);
                }
            }
        } catch (IOException e) {
            // like the end of the stream
        }
        if (fromClient) {
            clients.remove(from);
        }
        if (createdIn == generation.get()) {
            try {
                to.close();
            } catch (IOException e) {
                // closed
            }
        }
    }
}
