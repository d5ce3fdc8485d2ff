package dev.forwardguard.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.http1.HeaderNames;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

class GuardSettingsTest {
    static final GuardSettings DEFAULTS =
            new GuardSettings(
                    Mode.AUTO,
                    UpstreamSettings.defaults(
                            URI.create("http://upstream.example:8080"),
                            new ProbeSettings("/probe", Optional.empty(), Set.of(400))),
                    BreakerSettings.DEFAULTS,
                    HeaderNames.of("Cookie"));

    private static GuardSettings parse(String document) {
        YamlSection root = YamlSection.parse(document.getBytes(UTF_8));
        GuardSettings settings = GuardSettings.take(root, Optional.empty(), DEFAULTS);
        root.rejectOtherKeys();
        return settings;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "# nothing but a comment\n", "---\n", "upstream:\n", "upstream: {}\n"})
    void keepsDefaultsOfMissingKeys(String document) {
        GuardSettings settings = parse(document);

        assertThat(settings).isEqualTo(DEFAULTS);
    }

    @Test
    void hasTheDocumentedDefaults() {
        UpstreamSettings upstream = parse("").upstream();

        assertThat(upstream.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(upstream.readTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(upstream.deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(upstream.maxConcurrent()).isEqualTo(256);
        assertThat(upstream.failureStatuses()).containsExactly(502, 503, 504);
        assertThat(parse("").drainDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(parse("").breaker())
                .isEqualTo(
                        new BreakerSettings(
                                5,
                                50,
                                20,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(10),
                                3));
    }

    @Test
    void maxProbeIntervalIsAtLeastProbeInterval() {
        assertThat(parse("breaker: {probe-interval: 20s}").breaker().probeMaxInterval())
                .isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void mapsEveryKey() {
        GuardSettings settings =
                parse(
                        """
                        mode: fallback
                        upstream:
                          url: http://[::1]:9/base/
                          connect-timeout: 100ms
                          read-timeout: 7s
                          deadline: 20s
                          max-concurrent: 12
                          failure-statuses: [500, 418]
                          probe-path: /ping?deep=1
                          probe-host: app.example:8443
                          suspect-statuses: [400]
                        breaker:
                          consecutive-failures: 7
                          failure-rate: 60
                          minimum-calls: 30
                          window: 20s
                          probe-interval: 500ms
                          probe-max-interval: 1m
                          trials: 2
                        drop-request-headers: [X-Secret, cookie]
                        drain-delay: 0s
                        client-address: x-real-ip
                        trusted-proxies: [192.0.2.1, 'fd00::/8']
                        relay-cookies: [authentik_proxy_1, __Host-b]
                        """);

        assertThat(settings.mode()).isEqualTo(Mode.FALLBACK);
        assertThat(settings.clientAddress().header())
                .isEqualTo(ClientAddressResolver.Source.X_REAL_IP);
        assertThat(settings.clientAddress().trustedProxies())
                .hasToString("[192.0.2.1/32, fd00::/8]");
        UpstreamSettings upstream = settings.upstream();
        assertThat(upstream.host()).isEqualTo("::1");
        assertThat(upstream.port()).isEqualTo(9);
        assertThat(upstream.pathPrefix()).isEqualTo("/base");
        assertThat(upstream.connectTimeout()).isEqualTo(Duration.ofMillis(100));
        assertThat(upstream.readTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(upstream.deadline()).isEqualTo(Duration.ofSeconds(20));
        assertThat(upstream.maxConcurrent()).isEqualTo(12);
        assertThat(upstream.failureStatuses()).isEqualTo(Set.of(418, 500));
        assertThat(upstream.probe())
                .isEqualTo(
                        new ProbeSettings(
                                "/ping?deep=1", Optional.of("app.example:8443"), Set.of(400)));
        assertThat(settings.breaker())
                .isEqualTo(
                        new BreakerSettings(
                                7,
                                60,
                                30,
                                Duration.ofSeconds(20),
                                Duration.ofMillis(500),
                                Duration.ofMinutes(1),
                                2));
        assertThat(settings.dropRequestHeaders().contains("x-SECRET")).isTrue();
        assertThat(settings.dropRequestHeaders().contains("Cookie")).isTrue();
        assertThat(settings.dropRequestHeaders().contains("Authorization")).isFalse();
        assertThat(settings.drainDelay()).isZero();
        assertThat(settings.relayedCookies().names())
                .containsExactlyInAnyOrder("authentik_proxy_1", "__Host-b");
    }

    @Test
    void emptyListReplacesDefault() {
        GuardSettings settings =
                parse("upstream: {failure-statuses: []}\ndrop-request-headers: []\n");

        assertThat(settings.upstream().failureStatuses()).isEmpty();
        assertThat(settings.dropRequestHeaders().contains("Cookie")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: of                          | line 1: mode must be one of auto, fallback, upstream: of",
                "mode:                             | line 1: mode must be a single value",
                "mode: [auto]                      | line 1: mode must be a single value",
                "client-address: cf-ip            | line 1: client-address must be x-forwarded-for or x-real-ip: cf-ip",
                "trusted-proxies: [10.0.0.0/33]   | line 1: trusted-proxies must have from 0 to 32 bits",
                "trusted-proxies: 10.0.0.1        | line 1: trusted-proxies must be a list",
                "emergency: {replicas: 2}         | line 1: unknown key emergency",
                "moed: auto                        | line 1: unknown key moed",
                "upstream: {deadlin: 5s}           | line 1: unknown key upstream.deadlin",
                // a key of authentik-guard alone
                "upstream: {login-health-url: 'http://x/'} | line 1: unknown key upstream.login-health-url",
                "upstream: {deadline: 5}           | line 1: upstream.deadline must be a duration such as 500ms",
                "drain-delay: 21s                  | line 1: drain-delay must be from 0s to 20s: 21s",
                "upstream: {deadline: 0s}          | line 1: upstream.deadline must be from 10ms to 25s: 0s",
                "upstream: {deadline: 26s}         | line 1: upstream.deadline must be from 10ms to 25s: 26s",
                "upstream: {deadline: -5s}         | line 1: upstream.deadline must be a duration",
                "upstream: {connect-timeout: 9ms}  | line 1: upstream.connect-timeout must be from",
                "upstream: {read-timeout: 1m}      | line 1: upstream.read-timeout must be from",
                "upstream: {max-concurrent: 0}     | line 1: upstream.max-concurrent must be a whole number from 1",
                "upstream: {max-concurrent: 1e3}   | line 1: upstream.max-concurrent must be a whole number",
                "upstream: {failure-statuses: 502} | line 1: upstream.failure-statuses must be a list",
                "upstream: {failure-statuses: [1]} | line 1: upstream.failure-statuses must be a whole number from 200",
                "upstream: http://x                | line 1: upstream must be a mapping",
                "upstream: {url: https://x}        | line 1: upstream.url must look like http://host:port: https://x",
                "upstream: {url: x.example}        | line 1: upstream.url must look like http://host:port",
                "upstream: {url: 'http://a b'}     | line 1: upstream.url",
                "upstream: {url: http://u:p@x}     | line 1: upstream.url must have no user",
                "upstream: {url: 'http://x?a=b'}   | line 1: upstream.url must have no user, query",
                "upstream: {url: http://u@a_b}     | line 1: upstream.url must have no user",
                "upstream: {url: 'http://a_b?a=b'} | line 1: upstream.url must have no user, query",
                "upstream: {url: 'http://a_b:0'}   | line 1: upstream.url must have a port from 1 to 65535",
                "upstream: {url: http://a_b:70000} | line 1: upstream.url must have a port from 1 to 65535",
                "upstream: {url: 'http://a_b:x'}   | line 1: upstream.url must look like http://host:port",
                "upstream: {url: http://a..b_c}    | line 1: upstream.url must look like http://host:port",
                "upstream: {url: http://.a_b}      | line 1: upstream.url must look like http://host:port",
                "upstream: {url: http://a%5fb}     | line 1: upstream.url must look like http://host:port",
                "upstream: {url: http://grün}      | line 1: upstream.url must look like http://host:port",
                "upstream: {url: http://10.1}      | line 1: upstream.url must have a name or a whole address",
                "upstream: {url: http://7:8080}    | line 1: upstream.url must have a name or a whole address",
                "upstream: {url: http://x:70000}   | line 1: upstream.url must have a port from 1 to 65535",
                "upstream: {probe-path: ping}      | line 1: upstream.probe-path must begin with /",
                "upstream: {probe-path: '/a b'}    | line 1: upstream.probe-path must begin with / and be printable",
                "upstream: {probe-host: 'a/b'}     | line 1: upstream.probe-host must be a host name",
                "upstream: {probe-host: 'https://x'} | line 1: upstream.probe-host must be a host name",
                "breaker: {consecutive-failures: 0} | line 1: breaker.consecutive-failures must be a whole number from 1",
                "breaker: {failure-rate: 101}      | line 1: breaker.failure-rate must be a whole number from 1 to 100",
                "breaker: {window: 500ms}          | line 1: breaker.window must be from 1s to 300s",
                "breaker: {probe-interval: 2m}     | line 1: breaker.probe-interval must be from 100ms to 60s",
                "breaker: {probe-interval: 5s, probe-max-interval: 4s} | line 1: breaker.probe-max-interval must be from 5s",
                "breaker: {trials: 0}              | line 1: breaker.trials must be a whole number from 1",
                "breaker: {half-open: 3}           | line 1: unknown key breaker.half-open",
                "drop-request-headers: Cookie      | line 1: drop-request-headers must be a list",
                "drop-request-headers: [[a]]       | line 1: drop-request-headers must be a list of single values",
                "[]                                | line 1: the document must be a mapping",
                "mode: \"unclosed                  | line 1: not YAML"
            })
    void rejectsInvalidValueWithLineAndKey(String document, String message) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "http://a_b:8080, a_b, 8080",
        "http://_x._y.example, _x._y.example, 80",
        "http://auth_server-1/prefix, auth_server-1, 80",
        "http://app-:9000, app-, 9000",
        "http://server.7:9000, server.7, 9000",
        "http://7.7.server.example:9000, 7.7.server.example, 9000",
        "http://a_b.example.:8080, a_b.example., 8080",
        "http://server.example., server.example., 80",
        "http://a_b:, a_b, 80",
        "http://192.0.2.7:9000, 192.0.2.7, 9000",
        "http://[2001:db8::7]:9000, 2001:db8::7, 9000",
        "http://[2001:db8::7], 2001:db8::7, 80"
    })
    void acceptsEveryHostName(String url, String host, int port) {
        UpstreamSettings upstream = parse("upstream: {url: '" + url + "'}").upstream();

        assertThat(upstream.host()).isEqualTo(host);
        assertThat(upstream.port()).isEqualTo(port);
    }

    @Test
    void reportsLineOfNestedKey() {
        assertThatThrownBy(() -> parse("mode: auto\n\nupstream:\n  # why\n  deadline: soon\n"))
                .hasMessageStartingWith("line 5: upstream.deadline");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mode: auto\nmode: fallback\n",
                "upstream:\n  deadline: 1s\n  deadline: 2s\n",
                "a: &a [x]\nb: *a\n",
                "mode: auto\n---\nmode: fallback\n"
            })
    void rejectsAmbiguousDocuments(String document) {
        assertThatThrownBy(() -> parse(document)).isInstanceOf(InvalidSettingsException.class);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void readsFlag(String text, boolean value) {
        YamlSection root = YamlSection.parse(("flag: " + text).getBytes(UTF_8));

        assertThat(root.flag("flag", !value)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "ture", "1", "TRUE", "''"})
    void rejectsInvalidFlag(String text) {
        YamlSection root = YamlSection.parse(("flag: " + text).getBytes(UTF_8));

        assertThatThrownBy(() -> root.flag("flag", true))
                .hasMessageContaining("flag must be true or false");
    }
}
