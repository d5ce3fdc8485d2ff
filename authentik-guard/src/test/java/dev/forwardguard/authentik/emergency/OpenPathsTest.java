package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

class OpenPathsTest {
    private final OpenPaths open =
            new OpenPaths(
                    List.of(
                            new OpenPath("app.example", "/hooks", Set.of()),
                            new OpenPath(
                                    "app.example", "/health", new TreeSet<>(Set.of("GET", "HEAD"))),
                            new OpenPath("status.example", "/", Set.of("GET"))));

    private static HttpHeaders request(String method, String host, String uri) {
        return DefaultHttpHeadersFactory.headersFactory()
                .withValidation(false)
                .newHeaders()
                .set("X-Forwarded-Method", method)
                .set("X-Forwarded-Host", host)
                .set("X-Forwarded-Uri", uri)
                .set("X-Forwarded-Proto", "https");
    }

    private static HttpHeaders hook() {
        return request("POST", "app.example", "/hooks/build");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, app.example, /hooks",
        "POST, app.example, /hooks/",
        "DELETE, app.example, /hooks/a/b-c_d.e~f/9",
        "POST, app.example, /hooks?token=a%2Fb&next=/../x;y",
        "POST, app.example, /hooks/?",
        "POST, APP.example:8443, /hooks/build",
        "POST, app.example., /hooks/build",
        "POST, app.example, /hooks/...",
        "POST, app.example, /hooks/.well-known",
        "GET, app.example, /health",
        "HEAD, app.example, /health/live",
        "GET, status.example, /",
        "GET, status.example, /any/page"
    })
    void areOpenWithAllBelow(String method, String host, String uri) {
        assertThat(open.include(request(method, host, uri))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, app.example, /",
        "POST, app.example, /hook",
        "POST, app.example, /hooksx",
        "POST, app.example, /hooks-internal/a",
        "POST, app.example, /Hooks/a",
        "POST, app.example, /admin/hooks",
        "POST, app.example, /admin?/hooks",
        "POST, other.example, /hooks",
        "POST, x.app.example, /hooks",
        "POST, app.example.evil, /hooks",
        "POST, app.example, /health",
        "get, app.example, /health",
        "POST, status.example, /"
    })
    void areNoOtherPathsHostsAndMethods(String method, String host, String uri) {
        assertThat(open.include(request(method, host, uri))).isFalse();
    }

    /** Applications and gateways understand these in different ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hooks/../admin",
                "/hooks/..",
                "/hooks/./a",
                "/hooks/.",
                "/hooks//a",
                "//hooks/a",
                "/hooks/a//",
                "/hooks/%2e%2e/admin",
                "/hooks/%61",
                "/%68ooks/a",
                "/hooks/..;/admin",
                "/hooks;a/b",
                "/hooks\\..\\admin",
                "/hooks/a b",
                "/hooks/a\tb",
                "/hooks/a#b",
                "/hooks/a?b#c",
                "/hooks/a?b c",
                "/hooks/ä",
                "/hooks/a,b",
                "/hooks/a:b",
                "/hooks/@a",
                "/hooks/*",
                "hooks/a",
                "",
                "*",
                "https://app.example/hooks"
            })
    void areNotAmbiguous(String uri) {
        assertThat(open.include(request("POST", "app.example", uri))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-Uri"})
    void requireEachHeaderOnce(String name) {
        HttpHeaders twice = hook().copy().add(name, hook().get(name));

        assertThat(open.include(hook())).isTrue();
        assertThat(open.include(twice)).isFalse();
        assertThat(open.include(hook().copy().remove(name))).isFalse();
        assertThat(open.include(hook().copy().set(name, ""))).isFalse();
        assertThat(open.include(hook().copy().set(name, hook().get(name) + ", x"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Original-URL",
                "x-original-url",
                "X_Original_URL",
                "X-Original-URI",
                "X-Rewrite-URL",
                "X.Rewrite.Url",
                "X-Forwarded-Prefix",
                "X_FORWARDED_PREFIX",
                "X-Forwarded-Path",
                "X-Script-Name",
                "SCRIPT_NAME",
                "Script-Name",
                "PATH_INFO",
                "X-Replaced-Path",
                "X-Envoy-Original-Path",
                "X-HTTP-Method-Override",
                "X-Method",
                "X_HTTP_METHOD",
                "X-HTTP-Path-Override",
                "X_Forwarded_Method",
                "X_Forwarded_Host",
                "X.Forwarded.Uri",
                "x_forwarded-proto",
                "Forwarded",
                "Destination",
                "HTTP2-Settings",
                "HTTP2_SETTINGS"
            })
    void neverMatchWithHeaderThatMayMeanAnotherRequest(String name) {
        assertThat(open.include(hook().set(name, "/hooks"))).isFalse();
    }

    /** Those of real webhooks, and of gateways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Hub-Signature-256",
                "X-Goog-Resource-URI",
                "X-Amz-Sns-Subscription-Arn",
                "X-Forwarded-Server",
                "X-Original-Forwarded-For",
                "CF-Connecting-IP",
                "Content-Type",
                "Authorization",
                "Cookie"
            })
    void matchWithOtherHeaders(String name) {
        assertThat(open.include(hook().set(name, "x"))).isTrue();
    }

    @Test
    void areReadUpToLongestUri() {
        String segments = "/a".repeat(4 * 1024 - "/hooks".length() / 2);

        assertThat(open.include(request("POST", "app.example", "/hooks" + segments))).isTrue();
        assertThat(open.include(request("POST", "app.example", "/hooks" + segments + "b")))
                .isFalse();
    }

    @Test
    void areNoneByDefault() {
        assertThat(EmergencySettings.DEFAULTS.open().all()).isEmpty();
        assertThat(EmergencySettings.DEFAULTS.open().include(hook())).isFalse();
    }

    @Test
    void areWrittenAsOperatorsReadThem() {
        assertThat(open)
                .hasToString(
                        "[app.example/hooks, GET,HEAD app.example/health, GET status.example/]");
    }
}
