package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.util.stream.Stream;

class PageAddressTest {
    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory()
                .withValidation(false)
                .newHeaders()
                .set("X-Forwarded-Method", "GET")
                .set("X-Forwarded-Proto", "https")
                .set("X-Forwarded-Host", "app.example.com")
                .set("X-Forwarded-Uri", "/page?x=1");
    }

    private static HttpHeaders with(String name, String value) {
        return headers().set(name, value);
    }

    @ParameterizedTest
    @CsvSource({
        "app.example.com, /page?x=1, https://app.example.com/page?x=1",
        "app.example.com:8443, /, https://app.example.com:8443/",
        "App.Example.com., /, https://App.Example.com./",
        "192.0.2.1, /, https://192.0.2.1/",
        "[2001:db8::1]:8443, /, https://[2001:db8::1]:8443/",
        "my_host, /, https://my_host/",
        "app.example.com, //evil.example/, https://app.example.com//evil.example/",
        "app.example.com, /@evil.example/, https://app.example.com/@evil.example/",
        "app.example.com, /\\evil.example/, https://app.example.com/\\evil.example/",
        "app.example.com, /a?b=https://evil.example/, https://app.example.com/a?b=https://evil.example/"
    })
    void isAtItsHostWhateverThePath(String host, String uri, String location) {
        PageAddress page =
                PageAddress.of(with("X-Forwarded-Host", host).set("X-Forwarded-Uri", uri))
                        .orElseThrow();

        assertThat(page.location()).isEqualTo(location);
        assertThat(URI.create(page.location().replace("\\", "%5C")).getRawAuthority())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "app.example.com ",
                "a b",
                "a,b",
                "a/b",
                "a\\b",
                "user@app.example.com",
                "app.example.com:",
                "app.example.com:0",
                "app.example.com:65536",
                "app.example.com:80:80",
                "app.example.com:x",
                ".",
                ".example.com",
                "a..b",
                "-a.example",
                "a.example-",
                "[::1",
                "::1",
                "[::1]x",
                "[gg::1]",
                "a?b",
                "a#b",
                "ä.example",
                "a%2fb",
                "http://a",
                "a:-1"
            })
    void oddHostIsNone(String host) {
        assertThat(PageAddress.of(with("X-Forwarded-Host", host))).isEmpty();
        assertThat(VisitorHost.of(with("X-Forwarded-Host", host))).isEmpty();
    }

    /** The first element is the visitor's, the others are those of proxies. */
    @Test
    void isOverTlsIfFirstSchemeIsHttps() {
        assertThat(PageAddress.of(with("X-Forwarded-Proto", " https ,http"))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "page",
                "https://evil.example/",
                "?x",
                "/a b",
                "/a\tb",
                "/\u00e4",
                "/a#b",
                "\\\\evil.example",
                "@evil.example/",
                " /",
                "/\u007f"
            })
    void oddUriIsNone(String uri) {
        assertThat(PageAddress.of(with("X-Forwarded-Uri", uri))).isEmpty();
    }

    static Stream<HttpHeaders> others() {
        return Stream.of(
                with("X-Forwarded-Method", "POST"),
                with("X-Forwarded-Method", "HEAD"),
                with("X-Forwarded-Method", "get"),
                with("X-Forwarded-Proto", "http"),
                with("X-Forwarded-Proto", "wss"),
                with("X-Forwarded-Proto", "HTTPS"),
                with("X-Forwarded-Proto", "http, https"),
                with("X-Forwarded-Proto", "wss, https"),
                with("X-Forwarded-Proto", ",https"),
                with("X-Forwarded-Prefix", "/app"),
                with("X-Replaced-Path", "/page"),
                headers().remove("X-Forwarded-Method"),
                headers().remove("X-Forwarded-Proto"),
                headers().remove("X-Forwarded-Host"),
                headers().remove("X-Forwarded-Uri"),
                headers().add("X-Forwarded-Method", "GET"),
                headers().add("X-Forwarded-Proto", "https"),
                headers().add("X-Forwarded-Host", "app.example.com"),
                headers().add("X-Forwarded-Uri", "/page?x=1"),
                with("X-Forwarded-Uri", "/" + "x".repeat(8 * 1024)),
                with("X-Forwarded-Host", "a".repeat(64)),
                with("X-Forwarded-Host", ("a".repeat(60) + ".").repeat(4) + "a".repeat(12)));
    }

    @ParameterizedTest
    @MethodSource("others")
    void isNoneOfAnyOtherRequest(HttpHeaders headers) {
        assertThat(PageAddress.of(headers)).isEmpty();
    }

    @Test
    void cookiesKnowNoPortAndNoCase() {
        assertThat(VisitorHost.of(with("X-Forwarded-Host", "App.Example.com.:8443")))
                .map(VisitorHost::name)
                .contains("app.example.com");
        assertThat(VisitorHost.of(with("X-Forwarded-Host", "[2001:DB8::1]:8443")))
                .map(VisitorHost::name)
                .contains("[2001:db8::1]");
    }
}
