package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** Where to find the API server, and how to authenticate to it. */
public interface ClusterAccess {
    /** The file that the client is built from. When its content changes, the client is rebuilt. */
    Path file();

    /** Builds access to the API server from this content of {@link #file()}. */
    ApiServer server(byte[] content) throws IOException, GeneralSecurityException;

    /** The default namespace: the pod's, or the one of the kubeconfig's context. */
    String namespace() throws IOException;
}
