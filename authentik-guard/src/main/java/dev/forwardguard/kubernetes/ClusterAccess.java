package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** A way to the API server. */
public interface ClusterAccess {
    /** The file that the client is built from; another content means another client. */
    Path file();

    /** The API server according to this content of {@link #file()}. */
    ApiServer server(byte[] content) throws IOException, GeneralSecurityException;

    /** Where the guard is, or where its operator is. */
    String namespace() throws IOException;
}
