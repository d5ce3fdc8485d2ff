package dev.forwardguard.authentik.login;

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
 * Whatever the bytes of an {@code X-Forwarded-For} header are, one line of it per line. An ordinary
 * build only plays the seeds back; the README says how to fuzz.
 */
class ClientAddressResolverFuzzTest {
    private static final InetSocketAddress PROXY = peer("10.0.0.1");
    private static final InetSocketAddress STRANGER = peer("198.51.100.9");
    private static final ClientAddressResolver RULE = ClientAddressResolver.DEFAULT;

    @FuzzTest(maxDuration = "10m")
    void onlyWhatTrustedProxiesWroteCounts(byte[] bytes) {
        List<String> lines = List.of(new String(bytes, ISO_8859_1).split("\n", -1));

        ClientAddress found = of(lines, PROXY);

        assertThat(of(lines, STRANGER)).hasToString("198.51.100.9");
        assertThat(found).matches(it -> isPeerOr(hops(lines), it), "the connection or in the list");
        assertThat(ClientAddress.parse(found.toString())).hasValue(found);
        if (isStranger(found)) {
            assertThat(of(and(List.of("203.0.113.1"), lines), PROXY)).isEqualTo(found);
            assertThat(of(and(List.of("203.0.113.1, x"), lines), PROXY)).isEqualTo(found);
            assertThat(of(withoutWhatIsLeftOf(found, lines), PROXY)).isEqualTo(found);
        }
        theProxysOwnWordDecides(lines);
        xRealIpIsOneAddressOrNone(lines);
    }

    /** All that a visitor sends is left of what the proxy appends. */
    private static void theProxysOwnWordDecides(List<String> claimed) {
        List<String> appended = new ArrayList<>(claimed);
        appended.set(appended.size() - 1, appended.getLast() + ", 198.51.100.7");

        for (var lines : List.of(appended, and(claimed, List.of("198.51.100.7, 192.168.3.4")))) {
            assertThat(of(lines, PROXY)).hasToString("198.51.100.7");
        }
    }

    private static void xRealIpIsOneAddressOrNone(List<String> lines) {
        var rule =
                new ClientAddressResolver(
                        ClientAddressResolver.Source.X_REAL_IP, RULE.trustedProxies());
        Optional<ClientAddress> only =
                lines.size() == 1 ? ClientAddress.parse(lines.getFirst()) : Optional.empty();

        assertThat(rule.resolve(headers("X-Real-Ip", lines), PROXY))
                .isEqualTo(only.orElseGet(() -> ClientAddress.of(PROXY.getAddress().getAddress())));
    }

    private static boolean isPeerOr(List<String> hops, ClientAddress found) {
        return found.toString().equals("10.0.0.1")
                || hops.stream()
                        .flatMap(hop -> ClientAddress.parse(hop).stream())
                        .anyMatch(hop -> hop.toString().equals(found.toString()));
    }

    private static boolean isStranger(ClientAddress address) {
        return RULE.trustedProxies().stream().noneMatch(address::in);
    }

    /** From the last place where it stands on, which is the one that was found. */
    private static List<String> withoutWhatIsLeftOf(ClientAddress found, List<String> lines) {
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

    private static List<String> and(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static ClientAddress of(List<String> lines, InetSocketAddress peer) {
        return RULE.resolve(headers("X-Forwarded-For", lines), peer);
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
