package dev.forwardguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.OutgoingHeaders;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class HeaderSelectionTest {

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            headers.add(namesAndValues[at], namesAndValues[at + 1]);
        }
        return headers;
    }

    private static List<String> lines(HttpHeaders headers) {
        return headers.entries().stream().map(Map.Entry::toString).toList();
    }

    private static List<String> lines(OutgoingHeaders headers) {
        List<String> lines = new ArrayList<>();
        headers.forEach((name, value) -> lines.add(name + "=" + value));
        return lines;
    }

    @Test
    void keepsOrderRepeatsAndCaseOfHeaders() {
        HttpHeaders sent =
                headers(
                        "X-Forwarded-For", "192.0.2.1",
                        "cookie", "a=1",
                        "X-Real-Ip", "192.0.2.1",
                        "Cookie", "b=2",
                        "traceparent", "00-1-2-01",
                        "X-Empty", "");

        assertThat(lines(HeaderSelection.forUpstream(sent, HeaderNames.NONE)))
                .containsExactly(
                        "X-Forwarded-For=192.0.2.1",
                        "cookie=a=1",
                        "X-Real-Ip=192.0.2.1",
                        "Cookie=b=2",
                        "traceparent=00-1-2-01",
                        "X-Empty=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Connection",
                "Proxy-Authorization",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "Host",
                "Content-Length",
                "content-type",
                "Content-Anything",
                "Expect",
                "Range",
                "If-Match",
                "If-None-Match",
                "if-modified-since",
                "If-Unmodified-Since",
                "If-Range"
            })
    void dropsHeadersOfAnotherHopOrRequest(String name) {
        assertThat(lines(HeaderSelection.forUpstream(headers(name, "x"), HeaderNames.NONE)))
                .isEmpty();
    }

    @Test
    void dropsHeadersNamedByConnection() {
        HttpHeaders sent =
                headers(
                        "Connection",
                        "close, X-Mine",
                        "x-mine",
                        "1",
                        "connection",
                        "X-Yours ,",
                        "X-Yours",
                        "2");

        assertThat(lines(HeaderSelection.forUpstream(sent, HeaderNames.NONE))).isEmpty();
    }

    @Test
    void connectionCannotDropForwardedHeaders() {
        HttpHeaders sent =
                headers(
                        "Connection", "X-Forwarded-Host, x-real-ip, X-Forwarded-For",
                        "X-Forwarded-Host", "app.example",
                        "X-Real-Ip", "192.0.2.1",
                        "x-forwarded-for", "192.0.2.1");

        assertThat(lines(HeaderSelection.forUpstream(sent, HeaderNames.NONE))).hasSize(3);
    }

    @Test
    void dropsConfiguredHeaders() {
        HttpHeaders sent = headers("COOKIE", "a", "Accept", "*/*");

        assertThat(lines(HeaderSelection.forUpstream(sent, HeaderNames.of("Cookie"))))
                .containsExactly("Accept=*/*");
    }

    @Test
    void verdictKeepsContentTypeButNotHopHeaders() {
        HttpHeaders answered =
                headers(
                        "Content-Type", "text/html",
                        "Content-Length", "5",
                        "Connection", "keep-alive, X-Hop",
                        "Keep-Alive", "timeout=5",
                        "X-Hop", "1",
                        "Set-Cookie", "a=1",
                        "Content-Encoding", "gzip",
                        "Set-Cookie", "b=2");

        assertThat(lines(HeaderSelection.forTraefik(answered)))
                .containsExactly(
                        "Content-Type=text/html",
                        "Set-Cookie=a=1",
                        "Content-Encoding=gzip",
                        "Set-Cookie=b=2");
    }

    @ParameterizedTest
    @CsvSource({"close, X=b", "'Close, x', ''", "'x, keep-alive', Close=a"})
    void closeMayBeHeaderName(String connection, String kept) {
        HttpHeaders sent = headers("Connection", connection, "Close", "a", "X", "b");

        assertThat(String.join(" ", lines(HeaderSelection.forUpstream(sent, HeaderNames.NONE))))
                .isEqualTo(kept);
    }

    @Test
    void doesNotModifyOriginalHeaders() {
        HttpHeaders sent = headers("Connection", "close", "Accept", "*/*");

        OutgoingHeaders selected = HeaderSelection.forUpstream(sent, HeaderNames.NONE);
        selected.forEach((name, value) -> {});

        assertThat(lines(selected)).containsExactly("Accept=*/*");

        assertThat(lines(sent)).containsExactly("Connection=close", "Accept=*/*");
    }
}
