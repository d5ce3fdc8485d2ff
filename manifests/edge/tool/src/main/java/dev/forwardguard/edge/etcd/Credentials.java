package dev.forwardguard.edge.etcd;

/** A user of etcd and its password. */
public record Credentials(String user, String password) {
    /** Without the password. */
    @Override
    public String toString() {
        return user + ":***";
    }
}
