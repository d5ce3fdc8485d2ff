package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.HealException.Reason;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How to reach the API server from a pod.
 *
 * @param directory with the files {@code token} and {@code ca.crt} of the service account, which
 *     the kubelet renews while the pod runs
 */
public record ApiAccess(URI server, Path directory) {
    /** Where the kubelet mounts the token of a service account. */
    public static final String MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

    /**
     * Takes the address from the variables that every container gets.
     *
     * @throws HealException if they are missing, so outside a cluster
     */
    public static ApiAccess from(Map<String, String> environment, Path directory) {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
        if (host.isEmpty()) {
            throw new HealException(
                    Reason.INVALID, "heal runs in a pod: there is no KUBERNETES_SERVICE_HOST here");
        }
        String name = host.contains(":") ? "[" + host + "]" : host;
        return new ApiAccess(URI.create("https://" + name + ":" + port), directory);
    }

    String token() {
        return new String(read("token"), StandardCharsets.US_ASCII).strip();
    }

    byte[] ca() {
        return read("ca.crt");
    }

    private byte[] read(String name) {
        Path file = directory.resolve(name);
        try {
            return Files.readAllBytes(file);
        } catch (IOException _) {
            throw new HealException(
                    Reason.INVALID,
                    file + " cannot be read: the pod needs automountServiceAccountToken: true");
        }
    }
}
