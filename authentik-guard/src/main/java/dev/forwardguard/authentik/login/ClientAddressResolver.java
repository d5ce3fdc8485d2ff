package dev.forwardguard.authentik.login;

import io.netty.handler.codec.http.HttpHeaders;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of the addresses in a request is the visitor's. Only what a trusted proxy wrote counts:
 * each proxy appends whom it was asked by, so the list is read from the right, beginning with the
 * connection itself, and the first address that is no trusted proxy is the visitor. What stands
 * left of it is what he claims.
 *
 * @param header where the proxies write it
 * @param trustedProxies the proxies
 */
public record ClientAddressResolver(Source header, List<Subnet> trustedProxies) {
    /** Loopback and the private ranges (RFC 1918, RFC 4193), where a gateway and its pods are. */
    public static final ClientAddressResolver DEFAULT =
            new ClientAddressResolver(
                    Source.X_FORWARDED_FOR,
                    Stream.of(
                                    "127.0.0.0/8",
                                    "::1",
                                    "10.0.0.0/8",
                                    "172.16.0.0/12",
                                    "192.168.0.0/16",
                                    "fc00::/7")
                            .map(Subnet::parse)
                            .toList());

    /** No chain of real proxies is longer; the header can be of 256 KiB. */
    private static final int MAX_HOPS = 32;

    /** The headers that proxies tell it in. */
    public enum Source {
        X_FORWARDED_FOR("X-Forwarded-For"),
        X_REAL_IP("X-Real-Ip");

        private final String headerName;

        Source(String headerName) {
            this.headerName = headerName;
        }

        /**
         * The header of this name, in any case.
         *
         * @throws IllegalArgumentException naming those that there are
         */
        public static Source of(String text) {
            return Stream.of(values())
                    .filter(source -> source.headerName.equalsIgnoreCase(text))
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

    /** The visitor's address. A chain that breaks off in nonsense ends at the last proxy of it. */
    public ClientAddress resolve(HttpHeaders headers, SocketAddress peer) {
        ClientAddress connection =
                peer instanceof InetSocketAddress socket && socket.getAddress() != null
                        ? ClientAddress.of(socket.getAddress().getAddress())
                        : ClientAddress.UNKNOWN;
        List<String> values = headers.getAll(header.headerName);
        if (!isProxy(connection)) {
            return connection;
        }
        return header == Source.X_REAL_IP
                ? only(values).flatMap(ClientAddress::parse).orElse(connection)
                : firstStranger(connection, values);
    }

    /** Several lines of the header are one list (RFC 9110 section 5.3). */
    private ClientAddress firstStranger(ClientAddress connection, List<String> values) {
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
        return trustedProxies.stream().anyMatch(address::in);
    }

    private static Optional<String> only(List<String> values) {
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** As Java would, but quicker: it is in the log of each start, as part of the settings. */
    @Override
    public String toString() {
        return "ClientAddressResolver[header="
                + header
                + ", trustedProxies="
                + trustedProxies
                + "]";
    }
}
