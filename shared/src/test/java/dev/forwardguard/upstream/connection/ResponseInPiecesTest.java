package dev.forwardguard.upstream.connection;

import static dev.forwardguard.testing.LinearWork.assertLinearInPieces;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The work of the slow path with responses that arrive in pieces. Visitors can make them long. */
class ResponseInPiecesTest {
    enum Pieces implements Consumer<String> {
        SINGLE_BYTES(1),
        SEVEN_BYTES(7),
        PACKETS(1024);

        private final int size;

        Pieces(int size) {
            this.size = size;
        }

        @Override
        public void accept(String response) {
            var answer = new ReceivedResponse();
            // buffers on the heap, so that copies of them are counted
            answer.channel.config().setAllocator(new UnpooledByteBufAllocator(false));
            byte[] bytes = response.getBytes(ISO_8859_1);
            for (int from = 0; from < bytes.length && answer.failure() == null; from += size) {
                int length = Math.min(size, bytes.length - from);
                answer.arrive(Unpooled.wrappedBuffer(bytes, from, length));
            }
            answer.channel.finishAndReleaseAll();
        }
    }

    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

    private static Stream<Arguments> responses() {
        return Stream.of(
                Arguments.of("empty lines", "", "\r\n"),
                Arguments.of("carriage returns", "", "\r"),
                Arguments.of("version", "", "H"),
                Arguments.of("reason phrase", "HTTP/1.1 200 ", "x"),
                Arguments.of("interim responses", "", "HTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\n"),
                Arguments.of("field lines", HEAD, "A: b\r\n"),
                Arguments.of("long field lines", HEAD, "A: " + "x".repeat(2000) + "\r\n"),
                Arguments.of("field name", HEAD, "x"),
                Arguments.of("field value", HEAD + "Location: ", "x"),
                Arguments.of("folded lines", HEAD + "A: b\r\n", " c\r\n"),
                Arguments.of("long folded line", HEAD + "A: b\r\n ", "x"),
                Arguments.of("body", HEAD + "Content-Length: 1000000\r\n\r\n", "x"),
                Arguments.of("body until the end", HEAD + "\r\n", "x"),
                Arguments.of("small chunks", CHUNKED, "1\r\nx\r\n"),
                Arguments.of("large chunk", CHUNKED + "fffff\r\n", "x"),
                Arguments.of("chunk size", CHUNKED, "0"),
                Arguments.of("chunk extension", CHUNKED + "1;", "a=b;"),
                Arguments.of("long chunk lines", CHUNKED, "1;" + "x".repeat(3000) + "\r\nx\r\n"),
                Arguments.of("trailers", CHUNKED + "0\r\n", "A: b\r\n"),
                Arguments.of("trailer value", CHUNKED + "0\r\nA: ", "x"),
                Arguments.of("folded trailers", CHUNKED + "0\r\nA: b\r\n", " c\r\n"));
    }

    static Stream<Arguments> responsesInPieces() {
        return Arrays.stream(Pieces.values())
                .flatMap(pieces -> responses().map(response -> in(pieces, response.get())));
    }

    private static Arguments in(Pieces pieces, Object[] response) {
        return Arguments.of(pieces, response[0], response[1], response[2]);
    }

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("responsesInPieces")
    void costsWorkInProportionToItsLength(Pieces pieces, String part, String start, String unit) {
        assertLinearInPieces(pieces, pieces.size, start, unit);
    }
}
