package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.AuthRequest;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisitorSchemeTest {
    /** A dash means no field line. */
    @ParameterizedTest(name = "{0}, {1} at {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "https;         -;                   /auth;            true",
                "HTTPS;         -;                   /auth;            true",
                "wss;           -;                   /auth;            true",
                "'https, http'; -;                   /auth;            true",
                "'wss,http';    -;                   /auth;            true",
                "'http, https'; -;                   /auth;            false",
                "http;          -;                   /auth;            false",
                "ws;            -;                   /auth;            false",
                "httpsx;        -;                   /auth;            false",
                "'';            -;                   /auth;            false",
                "-;             -;                   /auth;            false",
                // nginx, as authentik's documentation has it
                "-;             https://app.example; /outpost.goauthentik.io/auth/nginx;    true",
                "-;             HTTPS://app.example; /outpost.goauthentik.io/auth/nginx;    true",
                "-;             http://app.example;  /outpost.goauthentik.io/auth/nginx;    false",
                "-;             https:/app.example;  /outpost.goauthentik.io/auth/nginx;    false",
                "-;             -;                   /outpost.goauthentik.io/auth/nginx;    false",
                "http;          https://app.example; /outpost.goauthentik.io/auth/nginx;    false",
                // elsewhere the header is the visitor's own
                "-;             https://app.example; /outpost.goauthentik.io/auth/traefik;  false",
                "-;             https://app.example; /outpost.goauthentik.io/auth/xnginx;   false",
                "-;             https://app.example; /outpost.goauthentik.io/auth/envoy/auth/nginx; false",
            })
    void tellsTls(String proto, String original, String path, boolean tls) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        if (!proto.equals("-")) {
            head.headers().set("X-Forwarded-Proto", proto);
        }
        if (!original.equals("-")) {
            head.headers().set("X-Original-URL", original);
        }

        assertThat(VisitorScheme.isTls(AuthRequest.of(head, new EmbeddedChannel()))).isEqualTo(tls);
    }

    @Test
    void needsOneField() {
        HttpRequest head =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.GET, "/outpost.goauthentik.io/auth/nginx");
        AuthRequest request = AuthRequest.of(head, new EmbeddedChannel());

        head.headers().add("X-Original-URL", "https://a.example");
        assertThat(VisitorScheme.isTls(request)).isTrue();
        head.headers().add("X-Original-URL", "https://a.example");
        assertThat(VisitorScheme.isTls(request)).isFalse();

        head.headers().add("X-Forwarded-Proto", "https");
        assertThat(VisitorScheme.isTls(request)).isTrue();
        head.headers().add("X-Forwarded-Proto", "https");
        assertThat(VisitorScheme.isTls(request)).isFalse();
    }
}
