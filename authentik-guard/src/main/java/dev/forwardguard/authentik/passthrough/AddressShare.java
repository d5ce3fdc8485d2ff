package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.login.ClientAddress;
import dev.forwardguard.authentik.login.ClientAddressResolver;
import dev.forwardguard.authentik.login.Subnet;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/** Finds the address that a request counts for. */
final class AddressShare {
    /** Addresses of gateways and of networks behind them (RFC 1918, 4193, 3927, 6598). */
    private static final List<Subnet> SHARED_BY_MANY =
            Stream.of(
                            "127.0.0.0/8",
                            "::1",
                            "10.0.0.0/8",
                            "172.16.0.0/12",
                            "192.168.0.0/16",
                            "169.254.0.0/16",
                            "100.64.0.0/10",
                            "fc00::/7",
                            "fe80::/10")
                    .map(Subnet::parse)
                    .toList();

    private AddressShare() {}

    /**
     * Returns the visitor's address; null if many visitors may have it, because it is private, a
     * trusted proxy's, or not known.
     */
    static @Nullable ClientAddress of(
            HttpHeaders headers, Channel caller, ClientAddressResolver resolver) {
        ClientAddress address = resolver.resolve(headers, caller.remoteAddress());
        boolean shared =
                address.isUnknown()
                        || SHARED_BY_MANY.stream().anyMatch(address::in)
                        || resolver.trustedProxies().stream().anyMatch(address::in);
        return shared ? null : address;
    }
}
