package dev.forwardguard.edge.etcd;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How to reach etcd.
 *
 * @param endpoints the client URLs of its members, at least one
 * @param credentials null when authentication is off
 * @param perTry how long one member may take for one request
 * @param perRequest how long all tries of one request may take together
 */
public record EtcdAccess(
        List<URI> endpoints,
        @Nullable Credentials credentials,
        TlsFiles tls,
        Duration perTry,
        Duration perRequest) {
    /** An election takes 1 to 2 s, a member without a leader answers after 7 s or never. */
    public static final Duration PER_TRY = Duration.ofSeconds(2);

    /** Two rounds over three members of which two do not answer. */
    public static final Duration PER_REQUEST = Duration.ofSeconds(10);

    public EtcdAccess {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no endpoint of etcd");
        }
    }

    public EtcdAccess(List<URI> endpoints, @Nullable Credentials credentials, TlsFiles tls) {
        this(endpoints, credentials, tls, PER_TRY, PER_REQUEST);
    }

    /** The same with other credentials. */
    public EtcdAccess withCredentials(Credentials other) {
        return new EtcdAccess(endpoints, other, tls, perTry, perRequest);
    }

    /** The same with another limit for each request. */
    public EtcdAccess within(Duration limit) {
        return new EtcdAccess(endpoints, credentials, tls, perTry, limit);
    }
}
