package dev.forwardguard.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class ClientAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "' 192.0.2.1\t', 192.0.2.1",
        "192.0.2.1:443, 192.0.2.1",
        "::ffff:192.0.2.1, 192.0.2.1",
        "::FFFF:c000:0201, 192.0.2.1",
        "[::ffff:192.0.2.1]:80, 192.0.2.1",
        "64:ff9b::c000:201, 192.0.2.1",
        "[64:ff9b::c000:201]:80, 192.0.2.1",
        "64:ff9b::a00:1, 64:ff9b::a00:1",
        "64:ff9b::7f00:1, 64:ff9b::7f00:1",
        "64:ff9b::6440:1, 64:ff9b::6440:1",
        "64:ff9b::a9fe:1, 64:ff9b::a9fe:1",
        "64:ff9b::1:c000:201, 64:ff9b::1:c000:201",
        "64:ff9b:1::c000:201, 64:ff9b:1::c000:201",
        "2001:db8::1, 2001:db8::1",
        "[2001:db8::1], 2001:db8::1",
        "[2001:db8::1]:65535, 2001:db8::1",
        "fe80::1%eth0, fe80::1",
        "::1, ::1"
    })
    void parsesAddressesFromProxies(String text, String address) {
        assertThat(ClientAddress.parse(text))
                .hasValueSatisfying(it -> assertThat(it).hasToString(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "unknown",
                "_hidden",
                "localhost",
                "example.org",
                "192.0.2",
                "192.0.2.256",
                "192.0.2.1.5",
                "0x7f.1",
                "2130706433",
                "127.1",
                "192.0.2.1:",
                "192.0.2.1:x",
                "2001:db8::1::2",
                "12345::",
                ":::",
                "[]",
                "[",
                "]",
                "[2001:db8::1",
                "[192.0.2.1",
                "192.0.2.1/24",
                "192.0.2.1 192.0.2.2",
                "\"192.0.2.1\"",
                "for=192.0.2.1",
                "%",
                "١.١.١.١"
            })
    void rejectsNonAddressesWithoutLookup(String text) {
        assertThat(ClientAddress.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "192.0.2.1, 64:ff9b::c000:201, true",
        "64:ff9b::c000:202, 64:ff9b::c000:201, false",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, c000:201::, false"
    })
    void comparesIpv6AddressesByNetwork(String one, String other, boolean same) {
        ClientAddress first = ClientAddress.parse(one).orElseThrow();
        ClientAddress second = ClientAddress.parse(other).orElseThrow();

        assertThat(first.equals(second)).isEqualTo(same);
        if (same) {
            assertThat(first).hasSameHashCodeAs(second);
        }
    }

    @Test
    void neverThrowsOnArbitraryText() {
        Random random = new Random(7);
        String alphabet = "0123456789abcdefABCDEF:.[]% ,\tx-\u00ff\0";
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(ClientAddress.parse(text.toString())).isNotNull();
        }
        assertThat(ClientAddress.parse("1".repeat(1_000_000))).isEmpty();
    }
}
