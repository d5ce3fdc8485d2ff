package dev.forwardguard.manifests;

import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.guard.Eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A plain TCP port that forwards to a gateway's TLS port. Tests control every byte of a request,
 * and the gateway still sees a TLS connection. Each connection comes from another address, as those
 * of different visitors do: a gateway may limit the requests of one address.
 */
final class TlsTunnel implements AutoCloseable {
    private final ServerSocket server;
    private final int gateway;
    private final SSLContext tls;
    private final AtomicInteger visitors = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private TlsTunnel(ServerSocket server, int gateway, SSLContext tls) {
        this.server = server;
        this.gateway = gateway;
        this.tls = tls;
    }

    /**
     * Opens a tunnel to a gateway on this machine whose certificate is, or is signed by, the
     * trusted one. Caddy listens before all its certificates exist, so this waits for a TLS
     * handshake.
     */
    static TlsTunnel open(int gateway, Path trusted) {
        try {
            var server = new ServerSocket(0, 50, Loopback.ADDRESS);
            var tunnel = new TlsTunnel(server, gateway, trusting(trusted));
            Eventually.until("a TLS handshake", tunnel::shakesHands);
            tunnel.threads.submit(tunnel::accept);
            return tunnel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean shakesHands() {
        try (SSLSocket gatewaySocket = connect()) {
            return gatewaySocket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private SSLSocket connect() throws IOException {
        var gatewaySocket =
                (SSLSocket)
                        tls.getSocketFactory()
                                .createSocket(Loopback.ADDRESS, gateway, nextAddress(), 0);
        try {
            var parameters = gatewaySocket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("app.example.com")));
            gatewaySocket.setSSLParameters(parameters);
            gatewaySocket.startHandshake();
            return gatewaySocket;
        } catch (IOException e) {
            gatewaySocket.close();
            throw e;
        }
    }

    /** One of the 16 million addresses of this machine. */
    private InetAddress nextAddress() throws IOException {
        int visitor = visitors.incrementAndGet();
        return InetAddress.getByAddress(
                new byte[] {127, 1, (byte) (visitor >> 7), (byte) (1 + visitor % 128)});
    }

    int port() {
        return server.getLocalPort();
    }

    private Void accept() throws IOException {
        while (true) {
            Socket visitor = server.accept();
            threads.submit(() -> serve(visitor));
        }
    }

    private Void serve(Socket visitor) throws IOException {
        try (visitor;
                SSLSocket gatewaySocket = connect()) {
            threads.submit(() -> pump(visitor, gatewaySocket));
            pump(gatewaySocket, visitor);
        }
        return null;
    }

    /** A connection that is reset is reset on the other side, too, or one side would wait on. */
    private static Void pump(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            to.setSoLinger(true, 0);
            to.close();
            throw e;
        }
        return null;
    }

    static SSLContext trusting(Path certificate) {
        try (var pem = Files.newInputStream(certificate)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null);
            store.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
