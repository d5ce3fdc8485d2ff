package dev.forwardguard.forwarded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.AuthRequest;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

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
                "-;             https://app.example; /x/auth/nginx;    true",
                "-;             HTTPS://app.example; /x/auth/nginx;    true",
                "-;             http://app.example;  /x/auth/nginx;    false",
                "-;             https:/app.example;  /x/auth/nginx;    false",
                "-;             -;                   /x/auth/nginx;    false",
                "http;          https://app.example; /x/auth/nginx;    false",
                // elsewhere the header is the visitor's own
                "-;             https://app.example; /x/auth/traefik;  false",
                "-;             https://app.example; /x/auth/xnginx;   false",
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
}
