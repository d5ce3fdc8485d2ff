package dev.forwardguard.client;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fuzzes {@code X-Forwarded-For}, with one field line per line of the input. A normal build only
 * replays the seeds; {@code manifests/local/README.md} explains how to fuzz.
 */
class ClientAddressResolverFuzzTest {
    private static final InetSocketAddress PROXY = peer("10.0.0.1");
    private static final InetSocketAddress UNTRUSTED = peer("198.51.100.9");
    private static final ClientAddressResolver RESOLVER = ClientAddressResolver.DEFAULT;

    @FuzzTest(maxDuration = "10m")
    void trustsOnlyWhatProxiesAppended(byte[] bytes) {
        List<String> lines = List.of(new String(bytes, ISO_8859_1).split("\n", -1));

        ClientAddress found = resolve(lines, PROXY);

        assertThat(resolve(lines, UNTRUSTED)).hasToString("198.51.100.9");
        assertThat(found).matches(it -> isPeerOrHop(hops(lines), it), "the peer or a hop");
        assertThat(ClientAddress.parse(found.toString())).hasValue(found);
        if (isUntrusted(found)) {
            assertThat(resolve(concat(List.of("203.0.113.1"), lines), PROXY)).isEqualTo(found);
            assertThat(resolve(concat(List.of("203.0.113.1, x"), lines), PROXY)).isEqualTo(found);
            assertThat(resolve(hopsFrom(found, lines), PROXY)).isEqualTo(found);
        }
        assertProxyValueWins(lines);
        assertXRealIpIsOneAddress(lines);
    }

    /** Everything that a visitor sends is to the left of what the proxy appends. */
    private static void assertProxyValueWins(List<String> claimed) {
        List<String> appended = new ArrayList<>(claimed);
        appended.set(appended.size() - 1, appended.getLast() + ", 198.51.100.7");

        for (var lines : List.of(appended, concat(claimed, List.of("198.51.100.7, 192.168.3.4")))) {
            assertThat(resolve(lines, PROXY)).hasToString("198.51.100.7");
        }
    }

    private static void assertXRealIpIsOneAddress(List<String> lines) {
        var resolver =
                new ClientAddressResolver(
                        ClientAddressResolver.Source.X_REAL_IP, RESOLVER.trustedProxies());
        Optional<ClientAddress> only =
                lines.size() == 1 ? ClientAddress.parse(lines.getFirst()) : Optional.empty();

        assertThat(resolver.resolve(headers("X-Real-Ip", lines), PROXY))
                .isEqualTo(only.orElseGet(() -> ClientAddress.of(PROXY.getAddress().getAddress())));
    }

    private static boolean isPeerOrHop(List<String> hops, ClientAddress found) {
        return found.toString().equals("10.0.0.1")
                || hops.stream()
                        .flatMap(hop -> ClientAddress.parse(hop).stream())
                        .anyMatch(hop -> hop.toString().equals(found.toString()));
    }

    private static boolean isUntrusted(ClientAddress address) {
        return RESOLVER.trustedProxies().stream().noneMatch(range -> address.in(List.of(range)));
    }

    /** The hops from the last occurrence of this address on, which is the one that counted. */
    private static List<String> hopsFrom(ClientAddress found, List<String> lines) {
        List<String> hops = hops(lines);
        for (int at = hops.size() - 1; at >= 0; at--) {
            if (ClientAddress.parse(hops.get(at))
                    .filter(hop -> hop.toString().equals(found.toString()))
                    .isPresent()) {
                return hops.subList(at, hops.size());
            }
        }
        throw new AssertionError("not in the list: " + found);
    }

    private static List<String> hops(List<String> lines) {
        return lines.stream().flatMap(line -> Stream.of(line.split(",", -1))).toList();
    }

    private static List<String> concat(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static ClientAddress resolve(List<String> lines, InetSocketAddress peer) {
        return RESOLVER.resolve(headers("X-Forwarded-For", lines), peer);
    }

    private static HttpHeaders headers(String name, List<String> lines) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        return headers.add(name, lines);
    }

    private static InetSocketAddress peer(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 40_000);
    }
}
