package dev.forwardguard.server;

import static dev.forwardguard.testing.LinearWork.assertLinear;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.http1.FastRequestParser;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.RequestHeadEncoder;
import dev.forwardguard.testing.LinearWork;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The work of everything in both guards that reads text of visitors. */
class VisitorTextTest {
    enum Reader implements Consumer<String> {
        TARGET {
            @Override
            public void accept(String text) {
                LenientUriRequest.of(request(text));
            }
        },
        QUERY {
            @Override
            public void accept(String text) {
                LenientUriRequest.of(request("/?" + text));
            }
        },
        ABSOLUTE_TARGET {
            @Override
            public void accept(String text) {
                AuthRequest.of(request(text), CONNECTION);
            }
        },
        REQUEST_ID {
            @Override
            public void accept(String text) {
                RequestId.of(header("X-Request-Id", text));
            }
        },
        FORWARDED_HEADERS {
            @Override
            public void accept(String text) {
                RequestHeadEncoder.write(
                                "upstream",
                                "",
                                "/" + text,
                                HeaderSelection.forUpstream(
                                        header("Cookie", text)
                                                .add("X-Forwarded-Uri", text)
                                                .add("Sec-Fetch-Mode", text),
                                        HeaderNames.NONE))
                        .release();
            }
        },
        CONNECTION_WORDS {
            @Override
            public void accept(String text) {
                HeaderSelection.endToEnd(header("Connection", text).add("Cookie", text));
            }
        },
        HEAD {
            @Override
            public void accept(String text) {
                parse("GET /?q HTTP/1.1\r\nCookie: " + text + "\r\nAccept: " + text);
            }
        },
        HEAD_TARGET {
            @Override
            public void accept(String text) {
                parse("GET /" + text + " HTTP/1.1\r\nHost: x");
            }
        },
        HEAD_NAME {
            @Override
            public void accept(String text) {
                parse("GET / HTTP/1.1\r\n" + text + ": x");
            }
        };

        private static final EmbeddedChannel CONNECTION = new EmbeddedChannel();

        /** White space ends a target, so none contains it. */
        private static HttpRequest request(String text) {
            String target = text.replace(' ', '+').replace('\t', '+');
            return new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.GET, target, header("Host", "x"));
        }

        private static HttpHeaders header(String name, String value) {
            return DefaultHttpHeadersFactory.headersFactory()
                    .withValidation(false)
                    .newHeaders()
                    .add(name, value);
        }

        private static void parse(String head) {
            var bytes = Unpooled.copiedBuffer(head + "\r\n\r\n", ISO_8859_1);
            FastRequestParser.read(bytes, path -> true);
            bytes.release();
        }
    }

    static Stream<Arguments> texts() {
        return Arrays.stream(Reader.values())
                .flatMap(reader -> LinearWork.hostile().map(unit -> Arguments.of(reader, unit)));
    }

    @ParameterizedTest(name = "{0}, unit {index}")
    @MethodSource("texts")
    void costsWorkInProportionToItsLength(Reader reader, String unit) {
        assertLinear(reader, unit);
    }
}
