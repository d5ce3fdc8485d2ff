package dev.forwardguard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;

class ClientAddressResolverTest {
    /** In the header column, a bar separates field lines and a dash means no field line. */
    @ParameterizedTest(name = "{0} from {1} is {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                // what Traefik writes
                "198.51.100.7;                          10.0.0.1;    198.51.100.7",
                "2001:db8::7;                           fd00::1;     2001:db8::7",
                "::ffff:198.51.100.7;                   10.0.0.1;    198.51.100.7",
                "198.51.100.7;                          ::ffff:a00:1; 198.51.100.7",
                // several proxies
                "198.51.100.7, 192.168.3.4;             10.0.0.1;    198.51.100.7",
                "198.51.100.7,192.168.3.4,172.31.255.1; 10.0.0.1;    198.51.100.7",
                "198.51.100.7 | 192.168.3.4;            10.0.0.1;    198.51.100.7",
                "198.51.100.7:1234, [fd00::9]:80;       127.0.0.1;   198.51.100.7",
                // RFC 6598, from which some clusters take the addresses of pods
                "198.51.100.7, 100.127.255.255;         100.64.0.1;  198.51.100.7",
                "203.0.113.1, 100.128.0.1;              100.64.0.1;  100.128.0.1",
                "203.0.113.1;                           100.63.255.255; 100.63.255.255",
                // forged values on the left
                "203.0.113.1, 198.51.100.7;             10.0.0.1;    198.51.100.7",
                "203.0.113.1 | 198.51.100.7;            10.0.0.1;    198.51.100.7",
                "10.0.0.1, 198.51.100.7, 192.168.3.4;   10.0.0.1;    198.51.100.7",
                "x, 198.51.100.7;                       10.0.0.1;    198.51.100.7",
                ", , 198.51.100.7;                      10.0.0.1;    198.51.100.7",
                // an invalid value ends the chain at the last valid proxy
                "198.51.100.7, x;                       10.0.0.1;    10.0.0.1",
                "198.51.100.7, x, 192.168.3.4;          10.0.0.1;    192.168.3.4",
                "198.51.100.7, ;                        10.0.0.1;    10.0.0.1",
                "198.51.100.7,, 192.168.3.4;            10.0.0.1;    192.168.3.4",
                "198.51.100.7 | ,;                      10.0.0.1;    10.0.0.1",
                "unknown;                               10.0.0.1;    10.0.0.1",
                "-;                                     10.0.0.1;    10.0.0.1",
                // only trusted proxies: the farthest one counts
                "192.168.9.9, 192.168.3.4;              10.0.0.1;    192.168.9.9",
                // the header of an untrusted peer is ignored
                "203.0.113.1;                           198.51.100.9; 198.51.100.9",
                "10.0.0.1;                              11.0.0.1;    11.0.0.1",
                "203.0.113.1;                           172.32.0.1;  172.32.0.1",
            })
    void readsForwardedForFromRight(String header, String peer, String client) {
        assertThat(
                        ClientAddressResolver.DEFAULT.resolve(
                                headers("X-Forwarded-For", header), from(peer)))
                .hasToString(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "198.51.100.7;              10.0.0.1;     198.51.100.7",
                "203.0.113.1;               198.51.100.9; 198.51.100.9",
                "198.51.100.7, 203.0.113.1; 10.0.0.1;     10.0.0.1",
                "198.51.100.7|203.0.113.1;  10.0.0.1;     10.0.0.1",
                "-;                         10.0.0.1;     10.0.0.1",
            })
    void readsXRealIpIfConfigured(String header, String peer, String client) {
        var resolver =
                new ClientAddressResolver(
                        ClientAddressResolver.Source.of("x-real-ip"),
                        ClientAddressResolver.DEFAULT.trustedProxies());
        HttpHeaders headers = headers("X-Real-Ip", header).add("X-Forwarded-For", "192.0.2.99");

        assertThat(resolver.resolve(headers, from(peer))).hasToString(client);
    }

    @Test
    void usesPeerAddressWithoutTrustedProxies() {
        var resolver =
                new ClientAddressResolver(ClientAddressResolver.Source.X_FORWARDED_FOR, List.of());

        assertThat(resolver.resolve(headers("X-Forwarded-For", "192.0.2.1"), from("127.0.0.1")))
                .hasToString("127.0.0.1");
        assertThat(
                        resolver.resolve(
                                headers("X-Forwarded-For", "192.0.2.1"),
                                new EmbeddedChannel().remoteAddress()))
                .isEqualTo(ClientAddress.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "198.51.100.7;              10.0.0.1;     198.51.100.7",
                "2001:db8::7;               10.0.0.1;     2001:db8::7",
                "203.0.113.1;               198.51.100.9; 198.51.100.9",
                // private, loopback, link-local
                "10.0.0.9;                  10.0.0.1;     unknown",
                "100.64.0.9;                10.0.0.1;     unknown",
                "169.254.0.9;               10.0.0.1;     unknown",
                "fe80::9;                   10.0.0.1;     unknown",
                "-;                         10.0.0.1;     unknown",
                "x;                         127.0.0.1;    unknown",
                // a trusted proxy
                "192.0.2.9;                 10.0.0.1;     unknown",
                "-;                         192.0.2.9;    unknown",
                "198.51.100.7, 192.0.2.9;   10.0.0.1;     198.51.100.7",
                "10.0.0.9;                  192.0.2.9;    unknown",
            })
    void findsNoVisitorIfAddressMayBeThatOfMany(String header, String peer, String visitor) {
        var resolver =
                new ClientAddressResolver(
                        ClientAddressResolver.Source.X_FORWARDED_FOR,
                        List.of(
                                Subnet.parse("192.0.2.0/24"),
                                Subnet.parse("10.0.0.1"),
                                Subnet.parse("127.0.0.1")));

        assertThat(resolver.resolveVisitor(headers("X-Forwarded-For", header), from(peer)))
                .hasToString(visitor);
    }

    @Test
    void stopsAfterMaxHops() {
        String endless = "192.0.2.1, " + "10.0.0.2,".repeat(30_000) + "10.0.0.3";

        assertThat(
                        ClientAddressResolver.DEFAULT.resolve(
                                headers("X-Forwarded-For", endless), from("10.0.0.1")))
                .hasToString("10.0.0.2");
    }

    @Test
    void ignoresEverythingLeftOfClient() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] forged = new byte[random.nextInt(80)];
            random.nextBytes(forged);
            String left =
                    new String(forged, java.nio.charset.StandardCharsets.ISO_8859_1)
                            .replace((char) 0, (char) 1);
            HttpHeaders headers =
                    DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
            headers.add("X-Forwarded-For", left);
            headers.add("X-Forwarded-For", left + ", 198.51.100.7, 10.0.0.9");

            assertThat(ClientAddressResolver.DEFAULT.resolve(headers, from("10.0.0.1")))
                    .hasToString("198.51.100.7");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, 198.51.100.7, true",
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.0/31, 192.0.2.2, false",
        "192.0.2.255/25, 192.0.2.128, true",
        "::/0, 192.0.2.1, false",
        "fc00::/7, fdff::1, true",
        "fc00::/7, fe00::1, false",
        "2001:db8::/33, 2001:db8:7fff::, true",
        "2001:db8::/33, 2001:db8:8000::, false"
    })
    void matchesSubnets(String range, String address, boolean inside) {
        assertThat(ClientAddress.parse(address).orElseThrow().in(List.of(Subnet.parse(range))))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "example.org",
                "[::1]",
                "fe80::1%eth0",
                "10.0.0.0/ 8"
            })
    void rejectsInvalidSubnets(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Subnet.parse(text));
    }

    private static HttpHeaders headers(String name, String values) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        if (!values.equals("-")) {
            headers.add(name, List.of(values.split("\\|", -1)));
        }
        return headers;
    }

    private static InetSocketAddress from(String peer) {
        try {
            byte[] address = NetUtil.createByteArrayFromIpAddressString(peer);
            return new InetSocketAddress(InetAddress.getByAddress(address), 40_000);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
