package dev.forwardguard.edge.routes.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class SyntaxTest {
    /** Of a line that is longer than any stack: the image gives it 512 KiB. */
    @ParameterizedTest
    @ValueSource(strings = {"string", "header-value", "text", "http-url", "path", "relative-url"})
    void takesLongTexts(String word) {
        String start = word.equals("http-url") ? "http://a/" : "/";

        assertThat(Syntaxes.of(word, List.of()).complaint(start + "a".repeat(100_000))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bool | true",
                "int | 0",
                "int | -12",
                "duration | 10",
                "duration | 0",
                "duration | 1.5s",
                "duration | 1h30m",
                "duration | 100µs",
                "signed-duration | -1",
                "signed-duration | -1.5h",
                "positive-duration | 1ns",
                "ip-range | 10.0.0.0/8",
                "ip-range | 10.0.0.1",
                "ip-range | 2001:db8::/32",
                "ip-range | ::ffff:1.2.3.4",
                "address | db.example.com:5432",
                "address | [::1]:53",
                "address | 10.0.0.1:65535",
                "port | 8443",
                "status | 404",
                "status-range | 404",
                "status-range | 500-599",
                "status-range-name | 500-599",
                "http-url | http://a.example.com",
                "http-url | https://10.0.0.1:8080/a?b=c",
                "server-url | h2c://[::1]:9",
                "media-type | text/html; charset=utf-8",
                "token | X-Some_Header.1",
                "header-value | a, b; c",
                "domain | *.example.com",
                "path | /a/$1?b",
                "relative-url | /",
                "basic-user | a:$apr1$abcdefgh$0123456789abcdefghijkl",
                "digest-user | a:realm:0123456789abcdef0123456789abcdef",
            })
    void takes(String word, String text) {
        assertThat(Syntaxes.of(word, List.of()).complaint(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bool | yes",
                "bool | True",
                "bool | 1",
                "int | 0x10",
                "int | 010",
                "int | 1_000",
                "int | 1.0",
                "int | +1",
                "int | 9223372036854775808",
                "duration | 5 s",
                "duration | eins",
                "duration | 1.5",
                "duration | 1d",
                "duration | -1s",
                "duration | 3000000h",
                "duration | 9223372037",
                "positive-duration | 0",
                "positive-duration | 0s",
                "ip-range | 10.0.0.0/33",
                "ip-range | 10.0.0",
                "ip-range | 010.0.0.1",
                "ip-range | 2001:db8::/129",
                "ip-range | 1::2::3",
                "ip-range | fe80::1%eth0",
                "ip-range | 02001:db8::/32",
                "ip-range | ::ffff:01.2.3.4",
                "ip-range | example.com",
                "address | :80",
                "address | ::1:53",
                "address | db.example.com",
                "address | db.example.com:0",
                "address | db.example.com:65536",
                "address | tcp://a:1",
                "port | 0",
                "port | http",
                "status | 99",
                "status | 499",
                "status-range | 599-500",
                "status-range | 5xx",
                "status-range | 500-",
                "status-range-name | 418",
                "http-url | auth.example.com",
                "http-url | h2c://a",
                "http-url | http://",
                "http-url | http://a b",
                "server-url | tcp://a:1",
                "server-url | http://a/%zz",
                "server-url | http://[:::]:1",
                "server-url | http://user:password@a",
                "server-url | http://a:99999",
                "duration | 010",
                "server-url | http://a:port",
                "media-type | html",
                "token | X Header",
                "token | X/Header",
                "domain | https://example.com",
                "domain | a b",
                "path | a",
                "relative-url | //a.example.com",
                "relative-url | http://a",
                "basic-user | a",
                "basic-user | a:password",
                "basic-user | a:$$apr1$$abcdefgh$$0123456789abcdefghijkl",
                "digest-user | a:0123456789abcdef0123456789abcdef",
            })
    void rejects(String word, String text) {
        assertThat(Syntaxes.of(word, List.of()).complaint(text)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"basic-user,a:s3cr3t", "digest-user,a:s3cr3t", "secret,'s3cr3t\u0007'"})
    void neverRepeatsSecrets(String word, String text) {
        assertThat(Syntaxes.of(word, List.of()).complaint(text).orElseThrow())
                .doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @CsvSource({"1..5,1,true", "1..5,5,true", "1..5,0,false", "1..5,6,false", "-1..0,-1,true"})
    void integersHaveARange(String range, String text, boolean taken) {
        assertThat(Syntaxes.of("int", List.of(range)).complaint(text).isEmpty()).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({
        "TLS13,'\"TLS13\" must be one of VersionTLS12, VersionTLS13'",
        "versiontls13,'\"versiontls13\" is unknown, did you mean VersionTLS13?'"
    })
    void wordsAreSuggested(String text, String complaint) {
        assertThat(Syntaxes.of("enum", List.of("VersionTLS12", "VersionTLS13")).complaint(text))
                .hasValue(complaint);
    }
}
