package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
    private final HttpHeaders headers =
            new DefaultHttpHeaders()
                    .set("X-Forwarded-Method", "OPTIONS")
                    .set("Origin", "https://other.example.com")
                    .set("Access-Control-Request-Method", "PUT")
                    .set("Access-Control-Request-Headers", "authorization");

    @Test
    void recognizesBrowserPreflight() {
        assertThat(Preflight.is(headers)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-Method", "Origin", "Access-Control-Request-Method"})
    void requiresEachHeaderOnce(String name) {
        HttpHeaders twice = headers.copy().add(name, headers.get(name));
        HttpHeaders blank = headers.copy().set(name, "");

        assertThat(Preflight.is(twice)).isFalse();
        assertThat(Preflight.is(blank)).isFalse();
        assertThat(Preflight.is(headers.copy().remove(name))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-forwarded-method",
                "ACCESS-CONTROL-REQUEST-METHOD",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Private-Network",
                "Sec-Fetch-Mode",
                "X-Forwarded-Host",
                "CF-Connecting-IP"
            })
    void acceptsHeadersOfBrowsersAndGateways(String name) {
        HttpHeaders lowerCase = new DefaultHttpHeaders();
        headers.forEach(each -> lowerCase.add(each.getKey(), each.getValue()));
        String value = headers.get(name, "x");

        assertThat(Preflight.is(lowerCase.remove(name).set(name, value))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "options", "OPTIONS, GET", "POST"})
    void requiresMethodOptions(String method) {
        assertThat(Preflight.is(headers.set("X-Forwarded-Method", method))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "Cookie",
                "X-HTTP-Method-Override",
                "X-HTTP-Method",
                "X-Method-Override",
                "X-HTTP-METHOD",
                "x-method",
                "Method-Override",
                "HTTP-Method-Override",
                "X-Tunneled-Method",
                "X-HTTP-Verb-Override",
                "X_HTTP_METHOD_OVERRIDE",
                "x_http_method",
                "X_Method-Override",
                "X.HTTP.Method.Override",
                "X~HTTP!METHOD*OVERRIDE",
                "XHTTPMethodOverride",
                "X_Forwarded_Method",
                "X-Forwarded-Method-",
                "Access_Control_Request_Method"
            })
    void excludesHeadersBrowsersNeverSend(String name) {
        assertThat(Preflight.is(headers.set(name, "DELETE"))).isFalse();
    }

    @Test
    void excludesLongNames() {
        assertThat(Preflight.is(headers.copy().set("x".repeat(64), "x"))).isTrue();
        assertThat(Preflight.is(headers.copy().set("x".repeat(65), "x"))).isFalse();
    }
}
