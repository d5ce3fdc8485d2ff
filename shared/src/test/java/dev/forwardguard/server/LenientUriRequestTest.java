package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.util.Random;

class LenientUriRequestTest {
    private static HttpRequest request(String target) {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a/b?x=1&y=%20z", "/%7Eme?a=/b?c", "http://host/path", "*"})
    void keepsLegalTarget(String target) {
        HttpRequest request = request(target);

        assertThat(LenientUriRequest.of(request)).isSameAs(request);
    }

    @ParameterizedTest
    @CsvSource({
        "/a?x=a|b, /a?x=a%7Cb",
        "/a?x={b}, /a?x=%7Bb%7D",
        "/a?x=%zz, /a?x=%25zz",
        "/a?x=%, /a?x=%25",
        "/a?x=%4, /a?x=%254",
        "/a?x=[1], /a?x=%5B1%5D",
        "/a\\b, /a%5Cb",
        "//host/auth, /%2Fhost/auth",
        "/\u00fc, /%FC"
    })
    void encodesIllegalCharacters(String target, String repaired) {
        HttpRequest request = LenientUriRequest.of(request(target));

        assertThat(request.uri()).isEqualTo(repaired);
    }

    @Test
    void turnsAnyBytesIntoUri() {
        var random = new Random(20261120);
        for (int round = 0; round < 20_000; round++) {
            var target = new StringBuilder("/");
            random.ints(random.nextInt(12), 0x21, 0x100).forEach(c -> target.append((char) c));

            URI uri = URI.create(LenientUriRequest.of(request(target.toString())).uri());

            assertThat(uri.getRawPath()).startsWith("/");
        }
    }
}
