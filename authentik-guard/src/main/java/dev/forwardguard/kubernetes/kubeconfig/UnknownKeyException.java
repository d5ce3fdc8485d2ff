package dev.forwardguard.kubernetes.kubeconfig;

import java.io.IOException;

/**
 * A cluster of the kubeconfig has a key that changes where or how the API server is reached, and
 * that is not honoured. Its message has the name of the cluster and never the value of the key,
 * which may hold a password.
 */
public final class UnknownKeyException extends IOException {
    private static final long serialVersionUID = 1;

    private final String key;

    UnknownKeyException(String key, String cluster) {
        super("the cluster " + cluster + " has " + key + ", which is not supported");
        this.key = key;
    }

    public String key() {
        return key;
    }
}
