package dev.forwardguard.edge.etcd;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.net.ssl.SSLException;

/**
 * PEM files for TLS to etcd.
 *
 * @param ca the certificates that etcd's certificate may come from; null: Java's own list
 * @param certificate the client's certificate, without a common name: etcd's JSON gateway refuses
 *     every request of a client whose certificate has one
 * @param key its key in PKCS#8
 */
public record TlsFiles(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
    public static final TlsFiles NONE = new TlsFiles(null, null, null);

    private static final String OTHER_KEY_FORMS = "-----BEGIN (RSA|EC) PRIVATE KEY-----";

    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException(
                    "a client certificate needs its key, and a key needs its certificate");
        }
    }

    /**
     * Reads the files.
     *
     * @throws IllegalArgumentException if one of them cannot be used; the text says which, and
     *     quotes nothing of it
     */
    SslContext context() {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (ca != null) {
            Path file = readable(ca, "CA");
            read(file, "certificate", () -> builder.trustManager(file.toFile()));
        }
        if (certificate != null && key != null) {
            Path chain = readable(certificate, "certificate");
            Path keyFile = pkcs8(readable(key, "key"));
            read(
                    chain,
                    "certificate and key",
                    () -> builder.keyManager(chain.toFile(), keyFile.toFile()));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS to etcd: " + e.getMessage(), e);
        }
    }

    private static void read(Path file, String what, Runnable reader) {
        try {
            reader.run();
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException(file + ": no " + what + " in PEM form");
        }
    }

    private static Path readable(Path file, String what) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + ": cannot read the " + what + " for etcd");
        }
        return file;
    }

    private static Path pkcs8(Path file) {
        try (var lines = Files.lines(file)) {
            if (lines.anyMatch(line -> line.matches(OTHER_KEY_FORMS))) {
                throw new IllegalArgumentException(
                        file
                                + ": the key must be in PKCS#8; openssl pkcs8 -topk8 -nocrypt converts it"
                                + " (cert-manager: privateKey.encoding: PKCS8)");
            }
            return file;
        } catch (IOException | UncheckedIOException _) {
            throw new IllegalArgumentException(file + ": cannot read the key for etcd");
        }
    }
}
