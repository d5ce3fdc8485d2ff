package dev.forwardguard.kubernetes;

import io.kubernetes.client.util.ClientBuilder;

import java.io.IOException;
import java.nio.file.Path;

/** A way to the API server. */
sealed interface Access permits ServiceAccount, KubeConfigFile {
    /** The file that the client is built from; another content means another client. */
    Path file();

    /** The client for this content of {@link #file()}. */
    ClientBuilder client(byte[] content) throws IOException;

    /** Where the guard is, or where its operator is. */
    String namespace() throws IOException;
}
