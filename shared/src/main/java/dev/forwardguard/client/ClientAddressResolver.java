package dev.forwardguard.client;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the visitor's address in a request. Only addresses written by a trusted proxy count. Each
 * proxy appends the address that the request came from, so the list is read from the right,
 * starting with the connection itself. The first address that is not a trusted proxy is the
 * visitor's. Everything to its left is the visitor's own claim.
 *
 * @param header the header in which the proxies write the address
 * @param trustedProxies the networks of the proxies
 */
public record ClientAddressResolver(Source header, List<Subnet> trustedProxies) {
    /**
     * {@code X-Forwarded-For} of trusted proxies in the loopback, private and shared ranges (RFC
     * 1918, RFC 4193, RFC 6598), where a gateway and its pods are.
     */
    public static final ClientAddressResolver DEFAULT =
            new ClientAddressResolver(Source.X_FORWARDED_FOR, Subnet.PRIVATE);

    /** No chain of real proxies is longer, but the header can have up to 256 KiB. */
    private static final int MAX_HOPS = 32;

    /** The headers in which proxies pass on the address. */
    public enum Source {
        X_FORWARDED_FOR("X-Forwarded-For"),
        X_REAL_IP("X-Real-Ip");

        @SuppressWarnings("ImmutableEnumChecker") // nothing changes it
        private final AsciiString headerName;

        Source(String headerName) {
            this.headerName = AsciiString.cached(headerName);
        }

        /** The name of the header. */
        public AsciiString headerName() {
            return headerName;
        }

        /**
         * Returns the header with this name, in any case.
         *
         * @throws IllegalArgumentException naming the supported headers
         */
        public static Source of(String text) {
            return Stream.of(values())
                    .filter(source -> source.headerName.contentEqualsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "must be x-forwarded-for or x-real-ip"));
        }
    }

    public ClientAddressResolver {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /**
     * Returns the visitor's address. If the chain has an entry that is not an address, or is too
     * long, the last proxy before that point counts.
     */
    public ClientAddress resolve(HttpHeaders headers, SocketAddress peer) {
        return resolve(headers, ClientAddress.of(peer));
    }

    /** The same, with the address of the connection. */
    public ClientAddress resolve(HttpHeaders headers, ClientAddress connection) {
        if (!isProxy(connection)) {
            return connection;
        }
        List<String> values = headers.getAll(header.headerName);
        return header == Source.X_REAL_IP
                ? only(values).flatMap(ClientAddress::parse).orElse(connection)
                : firstUntrusted(connection, values);
    }

    /**
     * Returns the address whose requests in flight are counted together: the visitor's, or {@link
     * ClientAddress#UNKNOWN} if it may be that of many visitors. It may if it is private or
     * loopback, or a trusted proxy's: behind a load balancer that hides the addresses, all visitors
     * have the same one.
     */
    public ClientAddress resolveVisitor(HttpHeaders headers, SocketAddress peer) {
        return visitor(resolve(headers, peer));
    }

    /** The same, with the result of {@link #resolve}. */
    public ClientAddress visitor(ClientAddress client) {
        return client.isLocal() || isProxy(client) ? ClientAddress.UNKNOWN : client;
    }

    /** Whether the header is there but ignored, because the connection is no trusted proxy's. */
    public boolean isIgnored(HttpHeaders headers, ClientAddress connection) {
        return !connection.isUnknown()
                && !isProxy(connection)
                && headers.contains(header.headerName);
    }

    /** Several field lines of the same name form one list (RFC 9110 section 5.3). */
    private ClientAddress firstUntrusted(ClientAddress connection, List<String> values) {
        ClientAddress nearest = connection;
        int hops = 0;
        for (String value : values.reversed()) {
            for (int end = value.length(); end >= 0; hops++) {
                int comma = value.lastIndexOf(',', end - 1);
                Optional<ClientAddress> hop = ClientAddress.parse(value.substring(comma + 1, end));
                if (hop.isEmpty() || hops == MAX_HOPS) {
                    return nearest;
                }
                if (!isProxy(hop.get())) {
                    return hop.get();
                }
                nearest = hop.get();
                end = comma;
            }
        }
        return nearest;
    }

    private boolean isProxy(ClientAddress address) {
        return address.in(trustedProxies);
    }

    private static Optional<String> only(List<String> values) {
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }
}
