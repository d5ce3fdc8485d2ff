package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.memory.BufferBudget;

import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

class GuardServerCodecTest {
    private static final String USUAL =
            """
            GET /auth?a=%20b HTTP/1.1
            Host: guard
            Cookie: a=1; b=\u00e9\u00ff
            X-Forwarded-For: 203.0.113.7 \s
            Accept:
            Cookie:  c=2
            Connection: Keep-Alive

            """
                    .replace("\n", "\r\n");

    private final EmbeddedChannel channel = channel("/auth"::equals);

    private static EmbeddedChannel channel(Predicate<String> handles) {
        var channel = new EmbeddedChannel();
        var connection =
                new ClientConnection(channel, BufferBudget.unbounded(), () -> 0, () -> false, true);
        channel.pipeline()
                .addLast(
                        new GuardServerCodec(
                                HeadLimits.of(new NettyHttpServerConfiguration()),
                                handles,
                                connection));
        return channel;
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    /** Netty's decoder turns values into strings; the fast path does not. */
    private static boolean usesFastPath(HttpRequest request) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields =
                request.headers().iteratorCharSequence();
        return fields.hasNext() && fields.next().getValue() instanceof AsciiString;
    }

    private boolean usesFastPath(String text) {
        channel.writeInbound(bytes(text));
        Object first = channel.readInbound();
        Object rest;
        while ((rest = channel.readInbound()) != null) {
            ReferenceCountUtil.release(rest);
            respond(channel);
        }
        respond(channel);
        return first instanceof HttpRequest request && usesFastPath(request);
    }

    /** Sends a response, so that the next request may be decoded. */
    private static void respond(EmbeddedChannel channel) {
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        channel.releaseOutbound();
        channel.runPendingTasks();
    }

    /** What a decoder made of the bytes: request lines with all headers, content and failures. */
    private static List<String> decoded(EmbeddedChannel decoder) {
        List<String> decoded = new ArrayList<>();
        Object part;
        while ((part = decoder.readInbound()) != null) {
            if (part instanceof RejectedRequest rejected) {
                decoded.addAll(List.of("failed", fields(rejected.headers())));
            }
            if (part instanceof HttpRequest head) {
                boolean failed = head.decoderResult().isFailure();
                decoded.add(
                        failed
                                ? "failed"
                                : head.method() + " " + head.uri() + " " + head.protocolVersion());
                decoded.add(fields(head.headers()));
                if (failed) {
                    ReferenceCountUtil.release(part);
                    continue;
                }
            }
            if (part instanceof HttpContent content) {
                String more = content.content().toString(ISO_8859_1);
                if (!more.isEmpty()) {
                    decoded.add("content " + more);
                }
                if (content instanceof LastHttpContent) {
                    decoded.add(content.decoderResult().isSuccess() ? "end" : "malformed");
                    if (decoder.pipeline().get(GuardServerCodec.class) != null) {
                        respond(decoder);
                    }
                }
                content.release();
            }
        }
        return decoded;
    }

    private static String fields(HttpHeaders headers) {
        var fields = new StringBuilder();
        headers.iteratorCharSequence()
                .forEachRemaining(
                        field ->
                                fields.append(field.getKey())
                                        .append('=')
                                        .append(field.getValue())
                                        .append('|'));
        for (String name : headers.names()) {
            fields.append(headers.get(name)).append(headers.getAll(name));
        }
        return fields.append(
                        HttpUtil.isKeepAlive(
                                new DefaultHttpRequest(
                                        HttpVersion.HTTP_1_1, HttpMethod.GET, "/", headers)))
                .toString();
    }

    @Test
    void readsUsualRequestOnFastPath() {
        channel.writeInbound(bytes(USUAL));

        FullHttpRequest request = channel.readInbound();

        assertThat(request.uri()).isEqualTo("/auth?a=%20b");
        assertThat(usesFastPath(request)).isTrue();
        assertThat(request.headers().getAll("cookie"))
                .containsExactly("a=1; b=\u00e9\u00ff", "c=2");
        assertThat(request.headers().get("ACCEPT")).isEmpty();
        assertThat(request.headers().get("x-forwarded-for")).isEqualTo("203.0.113.7");
        assertThat(channel.<Object>readInbound()).isNull();
    }

    @Test
    void keepsRequestsSeparate() {
        channel.writeInbound(bytes(USUAL));
        FullHttpRequest first = channel.readInbound();
        respond(channel);
        channel.writeInbound(bytes(USUAL.replace("a=1", "A=2").replace("203", "204")));
        FullHttpRequest second = channel.readInbound();

        assertThat(first.headers().get("Cookie")).startsWith("a=1");
        assertThat(first.headers().get("X-Forwarded-For")).isEqualTo("203.0.113.7");
        assertThat(second.headers().get("Cookie")).startsWith("A=2");
        assertThat(second.headers().get("X-Forwarded-For")).isEqualTo("204.0.113.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /other HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET //auth HTTP/1.1\r\n\r\n",
                "GET http://a/auth HTTP/1.1\r\n\r\n",
                "GET /auth\u00e9 HTTP/1.1\r\n\r\n",
                "POST /auth HTTP/1.1\r\n\r\n",
                "HEAD /auth HTTP/1.1\r\n\r\n",
                "GET /auth HTTP/1.0\r\n\r\n",
                "GET  /auth HTTP/1.1\r\n\r\n",
                "\r\nGET /auth HTTP/1.1\r\n\r\n",
                "GET /auth HTTP/1.1\nA: b\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\r\n continued\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA : b\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\tc\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\u0000c\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\u007fc\r\n\r\n",
                "GET /auth HTTP/1.1\r\nA: b\rc\r\n\r\n",
                "GET /auth HTTP/1.1\r\n: b\r\n\r\n",
                "GET /auth HTTP/1.1\r\nno colon\r\n\r\n",
                "GET /auth HTTP/1.1\r\ncontent-LENGTH: 0\r\n\r\n",
                "GET /auth HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /auth HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
                "GET /auth HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
                "GET /auth HTTP/1.1\r\nConnection: close, X-Real-Ip\r\n\r\n",
                "GET /auth HTTP/1.1\r\nConnection: keep-alive, X-Real-Ip\r\n\r\n",
                "GET /auth HTTP/1.1\r\n\r\nGET /auth HTTP/1.1\r\n\r\n",
            })
    void leavesUnusualRequestsToNetty(String head) {
        assertThat(usesFastPath(head)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "Keep-Alive"})
    void readsConnectionOption(String word) {
        String head = "GET /auth HTTP/1.1\r\nConnection: " + word + "\r\n\r\n";
        channel.writeInbound(bytes(head));

        FullHttpRequest request = channel.readInbound();

        assertThat(usesFastPath(request)).isTrue();
        assertThat(HttpUtil.isKeepAlive(request)).isEqualTo(!word.equals("close"));
    }

    @Test
    void leavesManyHeadersToNetty() {
        String start = "GET /auth HTTP/1.1\r\n";
        assertThat(usesFastPath(start + "A: b\r\n".repeat(64) + "\r\n")).isTrue();
        assertThat(usesFastPath(start + "A: b\r\n".repeat(65) + "\r\n")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /", "GET /auth HTTP/1.1\r\nHo", "GET /auth HTTP/1.1\r\nHost: a\r\n\r"})
    void waitsForRestOfUsualRequest(String start) {
        String whole = "GET /auth HTTP/1.1\r\nHost: a\r\n\r\n";
        channel.writeInbound(bytes(start));
        assertThat(channel.<Object>readInbound()).isNull();

        assertThat(usesFastPath(whole.substring(start.length()))).isTrue();
        assertThat(usesFastPath(USUAL)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"16, true", "63, true", "64, false", "200, false"})
    void waitsForHeadsOfUpTo64Kib(int kib, boolean fast) {
        String head = "GET /auth HTTP/1.1\r\nCookie: " + "x".repeat(kib * 1024) + "\r\n\r\n";
        int half = head.length() / 2;
        channel.writeInbound(bytes(head.substring(0, half)));

        assertThat(usesFastPath(head.substring(half))).isEqualTo(fast);
    }

    @Test
    void doesNotWaitForRestOfUnusualRequest() {
        channel.writeInbound(bytes("POST /auth HTTP/1.1\r\nHo"));

        assertThat(usesFastPath("st: a\r\nContent-Length: 0\r\n\r\n")).isFalse();
        assertThat(usesFastPath(USUAL)).isTrue();
    }

    /** A whole request whose bytes do not end where it ends, so that it waits for nothing. */
    @Test
    void doesNotWaitIfNextRequestHasBegun() {
        assertThat(usesFastPath("GET /auth HTTP/1.1\r\nHost: a\r\n\r\nGET /au")).isFalse();
    }

    /** Bytes that look like a request may belong to the body of the previous one. */
    @Test
    void neverStartsInsideBody() {
        channel.writeInbound(bytes("POST /auth HTTP/1.1\r\nContent-Length: 57\r\n\r\n"));
        channel.writeInbound(bytes(USUAL.substring(0, 30)));
        assertThat(decoded(channel)).contains("content " + USUAL.substring(0, 30));

        channel.writeInbound(bytes("GET /auth HTTP/1.1\r\nA: b\r\n\r\n".substring(0, 27)));

        assertThat(decoded(channel).getFirst()).startsWith("content GET /auth");
    }

    @Test
    void omitsBodyOnlyInResponseToHead() {
        channel.writeInbound(bytes("HEAD /auth HTTP/1.1\r\n\r\n"));
        channel.writeInbound(bytes(USUAL));

        assertThat(encoded("first")).doesNotContain("first");
        assertThat(encoded("second")).endsWith("second");
    }

    private String encoded(String body) {
        channel.writeOutbound(
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, bytes(body)));
        var wire = new StringBuilder();
        ByteBuf part;
        while ((part = channel.readOutbound()) != null) {
            wire.append(part.toString(ISO_8859_1));
            part.release();
        }
        return wire.toString();
    }

    /**
     * Requests with a few bytes changed, in one piece or two, and followed by another request. On
     * either path the result must be the same as that of Netty's decoder alone.
     */
    @Test
    void agreesWithNettyOnMutatedRequests() {
        var random = new Random(8);
        int fastPath = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] sent = mutated(random);
            int cut = random.nextInt(3) > 0 ? sent.length : random.nextInt(sent.length);
            EmbeddedChannel own = channel(path -> path.startsWith("/a"));
            var netty = new EmbeddedChannel(new HttpRequestDecoder());
            for (EmbeddedChannel channel : List.of(own, netty)) {
                channel.writeInbound(Unpooled.copiedBuffer(sent, 0, cut));
                if (cut < sent.length) {
                    channel.writeInbound(Unpooled.copiedBuffer(sent, cut, sent.length - cut));
                }
                channel.writeInbound(bytes(USUAL));
            }
            fastPath +=
                    own.inboundMessages().peek() instanceof HttpRequest first && usesFastPath(first)
                            ? 1
                            : 0;

            assertAgreement(sent, decoded(own), decoded(netty));
            own.finishAndReleaseAll();
            netty.finishAndReleaseAll();
        }
        assertThat(fastPath).isBetween(3_000, 27_000);
    }

    /** Netty accepts folded lines. */
    private static void assertAgreement(byte[] sent, List<String> own, List<String> netty) {
        String text = new String(sent, ISO_8859_1);
        boolean rejected = own.contains("failed") || own.contains("malformed");
        if (!rejected || !(text.contains("\n ") || text.contains("\n\t"))) {
            assertThat(own).as(text).isEqualTo(netty);
        }
    }

    @Test
    void agreesWithNettyOnMutatedBodies() {
        var random = new Random(9);
        String misleading = "\r\n a\r\n0\r\n\r\n5\r\nhello";
        String chunks =
                String.join(
                        "\r\n",
                        "5;a=b",
                        "hello",
                        Integer.toHexString(misleading.length()),
                        misleading,
                        "0",
                        "A: b",
                        "C: d",
                        "",
                        "");
        int complete = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] sent = mutated(chunks, random);
            int cut = random.nextInt(sent.length);
            EmbeddedChannel own = channel(path -> true);
            var netty = new EmbeddedChannel(new HttpRequestDecoder());
            for (EmbeddedChannel channel : List.of(own, netty)) {
                channel.writeInbound(
                        bytes("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
                channel.writeInbound(Unpooled.copiedBuffer(sent, 0, cut));
                channel.writeInbound(Unpooled.copiedBuffer(sent, cut, sent.length - cut));
                channel.writeInbound(bytes(USUAL));
            }

            List<String> decoded = decoded(own);
            complete += decoded.contains("end") ? 1 : 0;
            assertAgreement(sent, decoded, decoded(netty));
            own.finishAndReleaseAll();
            netty.finishAndReleaseAll();
        }
        assertThat(complete).isBetween(4_000, 16_000);
    }

    private static byte[] mutated(Random random) {
        return mutated(random.nextBoolean() ? USUAL : USUAL.replace("Keep-Alive", "close"), random);
    }

    private static byte[] mutated(String text, Random random) {
        String significant = "\r\n :\t,;?/\u0000\u007f\u0080\u00ffAaGEThttp1.0";
        byte[] bytes = text.getBytes(ISO_8859_1);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) significant.charAt(random.nextInt(significant.length()));
        }
        return bytes;
    }
}
