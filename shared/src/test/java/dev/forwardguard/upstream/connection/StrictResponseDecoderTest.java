package dev.forwardguard.upstream.connection;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

@Tag("contract")
class StrictResponseDecoderTest {
    private static final String USUAL =
            """
            HTTP/1.1 302 Moved Temporarily
            Server: a
            Set-Cookie: a=1; b=\u00e9\u00ff
            Location:   https://sso.example/?a=b \s
            Empty:
            Set-Cookie: c=2
            Content-Length: 8
            Connection: keep-alive

            body
            ab"""
                    .replace("\n", "\r\n");

    /** Reads bytes as a connection does, and describes the result. */
    private static final class Reader {
        private final ReceivedResponse answer = new ReceivedResponse();

        Reader read(byte[] bytes, int from, int to) {
            if (from < to) {
                answer.arrive(Unpooled.copiedBuffer(bytes, from, to - from));
            }
            return this;
        }

        /** Reads bytes that arrive in parts of this size. */
        Reader readInParts(byte[] bytes, int size) {
            for (int from = 0; from < bytes.length; from += size) {
                read(bytes, from, Math.min(bytes.length, from + size));
            }
            return this;
        }

        String result() {
            String result;
            if (answer.failure() != null) {
                result = "failed: " + answer.failure();
            } else if (answer.isComplete()) {
                result = result(answer.response()) + (answer.isKept() ? " kept" : "");
            } else {
                result = "incomplete";
            }
            answer.channel.finishAndReleaseAll();
            return result;
        }

        private static String result(UpstreamResponse response) {
            var result = new StringBuilder(response.status().toString()).append('|');
            HttpHeaders headers = response.headers();
            headers.iteratorCharSequence()
                    .forEachRemaining(
                            field ->
                                    result.append(field.getKey())
                                            .append('=')
                                            .append(field.getValue())
                                            .append('|'));
            for (String name : headers.names()) {
                result.append(headers.get(name)).append(headers.getAll(name));
            }
            return result.append(new String(response.body(), ISO_8859_1)).toString();
        }
    }

    private static Reader read(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return new Reader().read(bytes, 0, bytes.length);
    }

    @Tag("fast-path")
    @Test
    void readsUsualResponseOnFastPath() {
        Reader reader = read(USUAL);

        assertThat(reader.answer.tookFastPath()).isTrue();
        UpstreamResponse response = reader.answer.response();
        assertThat(response.status().toString()).isEqualTo("302 Moved Temporarily");
        assertThat(response.headers().getAll("set-cookie"))
                .containsExactly("a=1; b=\u00e9\u00ff", "c=2");
        assertThat(response.headers().get("LOCATION")).isEqualTo("https://sso.example/?a=b");
        assertThat(response.headers().get("empty")).isEmpty();
        assertThat(response.body()).asString().isEqualTo("body\r\nab");
    }

    @Tag("fast-path")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 599 Own\r\ncontent-length: 1\r\n\r\nx",
            })
    void takesFastPathForAnyFinalStatus(String answer) {
        assertThat(read(answer).answer.tookFastPath()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200  OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK \r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 O\tK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 O\u00e9\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 0200 OK\r\nContent-Length: 0\r\n\r\n",
                "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: +0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0, 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 00000000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length:\t0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close, x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\r\n c\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\u0000\r\n\r\n",
            })
    void leavesUnusualResponsesToNetty(String answer) {
        assertThat(read(answer).answer.tookFastPath()).isFalse();
    }

    @Tag("fast-path")
    @Test
    void leavesLargeResponsesAndManyHeadersToNetty() {
        String start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
        assertThat(read(start + "A: b\r\n".repeat(63) + "\r\n").answer.tookFastPath()).isTrue();
        assertThat(read(start + "A: b\r\n".repeat(64) + "\r\n").answer.tookFastPath()).isFalse();

        String head = "HTTP/1.1 200 OK\r\nContent-Length: 16342\r\n\r\n";
        assertThat(read(head + "x".repeat(16_342)).answer.tookFastPath()).isTrue();
        String longer = head.replace("42", "43");
        assertThat(read(longer + "x".repeat(16_343)).answer.tookFastPath()).isFalse();
    }

    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n";
    private static final int WHOLE = 1 << 20;

    private static Reader readInParts(String text, int size) {
        return new Reader().readInParts(text.getBytes(ISO_8859_1), size);
    }

    /** A field of this many lines more than one. */
    private static String folded(int times) {
        return "A: b\r\n" + " c\r\n".repeat(times);
    }

    /** Netty copies a value again for each line, so their number bounds the work. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, WHOLE})
    void limitsFoldedLinesOfHead(int size) {
        String end = "Content-Length: 0\r\n\r\n";
        Reader most = readInParts(HEAD + folded(32) + end, size);
        assertThat(most.answer.response().headers().get("A")).isEqualTo("b" + " c".repeat(32));
        assertThat(most.result()).endsWith("kept");

        assertThat(readInParts(HEAD + folded(33) + end, size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
        assertThat(readInParts(HEAD + folded(1).repeat(33) + end, size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
        assertThat(readInParts(HEAD + folded(100), size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
        assertThat(readInParts(HEAD + folded(33).replace(' ', '\t') + end, size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, WHOLE})
    void limitsFoldedLinesOfHeadAndTrailersTogether(int size) {
        String body = "\r\n5\r\nhello\r\n0\r\n";

        assertThat(readInParts(CHUNKED + body + folded(32) + "\r\n", size).result())
                .contains("hello")
                .endsWith("kept");
        assertThat(readInParts(CHUNKED + body + folded(33) + "\r\n", size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
        assertThat(readInParts(CHUNKED + folded(20) + body + folded(13) + "\r\n", size).result())
                .isEqualTo("failed: PROTOCOL_ERROR");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, WHOLE})
    void countsFoldedLinesOfEachMessageByThemselves(int size) {
        String interim = "HTTP/1.1 103 Early Hints\r\n" + folded(32) + "\r\n";
        String answer = HEAD + folded(32) + "Content-Length: 0\r\n\r\n";

        assertThat(readInParts(interim + interim + answer, size).result()).endsWith("kept");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, WHOLE})
    void blanksInBodyAreNoFoldedLines(int size) {
        String body = "\r\n x".repeat(100);
        String chunk = "190\r\n" + body + "\r\n";
        Reader untilEnd = readInParts(HEAD + "\r\n" + body, size);
        untilEnd.answer.channel.finish();

        assertThat(untilEnd.answer.response().body()).asString().isEqualTo(body);
        assertThat(readInParts(HEAD + "Content-Length: 400\r\n\r\n" + body, size).result())
                .contains(body);
        assertThat(readInParts(CHUNKED + "\r\n" + chunk + chunk + "0\r\n\r\n", size).result())
                .contains(body + body);
    }

    /** The rest of a message must never be mistaken for a message of its own. */
    @Test
    void neverStartsInsideMessage() {
        byte[] inner = USUAL.getBytes(ISO_8859_1);
        String outer = "HTTP/1.1 200 OK\r\nContent-Length: " + inner.length + "\r\n\r\n";

        Reader reader = read(outer).read(inner, 0, inner.length);

        assertThat(reader.answer.tookFastPath()).isFalse();
        assertThat(reader.answer.response().body()).isEqualTo(inner);
    }

    @Tag("fast-path")
    @Test
    void resumesFastPathAfterInterimResponse() {
        Reader reader = read("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + USUAL);

        assertThat(reader.answer.tookFastPath()).isTrue();
        assertThat(reader.result()).startsWith("302 ").endsWith("kept");
    }

    /**
     * Responses with a few bytes changed, and some of them cut off. If they take the fast path, the
     * result must be the same as Netty's, which is used when the first byte arrives alone.
     */
    @Tag("fast-path")
    @Test
    void agreesWithNettyOnMutatedResponses() {
        var random = new Random(8);
        int fastPath = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] sent = mutated(random);
            int end = random.nextInt(8) > 0 ? sent.length : random.nextInt(1, sent.length + 1);

            Reader own = new Reader().read(sent, 0, end);
            Reader netty = new Reader().read(sent, 0, 1).read(sent, 1, end);

            fastPath += own.answer.tookFastPath() ? 1 : 0;
            assertThat(netty.answer.tookFastPath()).isFalse();
            assertThat(own.result())
                    .as(new String(sent, 0, end, ISO_8859_1))
                    .isEqualTo(netty.result());
        }
        assertThat(fastPath).isBetween(6_000, 54_000);
    }

    private static byte[] mutated(Random random) {
        String significant = "\r\n :\t,;0123459/\u0000\u007f\u0080\u00ffAaHTPhttp1.0";
        String answer =
                switch (random.nextInt(4)) {
                    case 0 -> USUAL.replace("keep-alive", "close");
                    case 1 -> "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n";
                    case 2 -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                    default -> USUAL;
                };
        byte[] bytes = answer.getBytes(ISO_8859_1);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) significant.charAt(random.nextInt(significant.length()));
        }
        return bytes;
    }
}
