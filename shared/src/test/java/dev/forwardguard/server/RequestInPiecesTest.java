package dev.forwardguard.server;

import static dev.forwardguard.testing.LinearWork.assertLinearInPieces;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.memory.BufferBudget;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The work of the slow path with requests that arrive in pieces. */
class RequestInPiecesTest {
    enum Pieces implements Consumer<String> {
        SINGLE_BYTES(1),
        SEVEN_BYTES(7),
        PACKETS(1024);

        private final int size;

        Pieces(int size) {
            this.size = size;
        }

        @Override
        public void accept(String request) {
            var channel = new EmbeddedChannel();
            // buffers on the heap, so that copies of them are counted
            channel.config().setAllocator(new UnpooledByteBufAllocator(false));
            var budget = new BufferBudget(Long.MAX_VALUE);
            var connection =
                    new ClientConnection(channel, budget.open(channel), () -> 0, () -> false, true);
            channel.pipeline()
                    .addLast(
                            new RequestBufferLimiter(connection),
                            new GuardServerCodec(
                                    new HeadLimits(64 * 1024, 256 * 1024, 200),
                                    "/auth"::equals,
                                    connection));
            byte[] bytes = request.getBytes(ISO_8859_1);
            for (int from = 0; from < bytes.length; from += size) {
                int length = Math.min(size, bytes.length - from);
                channel.writeInbound(Unpooled.wrappedBuffer(bytes, from, length));
                channel.releaseInbound();
            }
            channel.finishAndReleaseAll();
        }
    }

    private static final String HEAD = "POST /auth HTTP/1.1\r\n";

    /** The fast path waits for the rest of such a head, up to 64 KiB. */
    private static final String WAITING = "GET /auth HTTP/1.1\r\n";

    private static final int LONGEST_WAITING = 32 * 1024;
    private static final String CHUNKED =
            "POST /auth HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of("empty lines", "", "\r\n"),
                Arguments.of("carriage returns", "", "\r"),
                Arguments.of("method", "", "x"),
                Arguments.of("target", "POST /", "x"),
                Arguments.of("field lines", HEAD, "A: b\r\n"),
                Arguments.of("long field lines", HEAD, "A: " + "x".repeat(2000) + "\r\n"),
                Arguments.of("field name", HEAD, "x"),
                Arguments.of("field value", HEAD + "Cookie: ", "x"),
                Arguments.of("folded lines", HEAD + "A: b\r\n", " \r\n"),
                Arguments.of("pipelined requests", "", WAITING + "\r\n"),
                Arguments.of("body", "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", "x"),
                Arguments.of("small chunks", CHUNKED, "1\r\nx\r\n"),
                Arguments.of("large chunk", CHUNKED + "fffff\r\n", "x"),
                Arguments.of("chunk size", CHUNKED, "0"),
                Arguments.of("chunk extension", CHUNKED + "1;", "a=b;"),
                Arguments.of("long chunk lines", CHUNKED, "1;" + "x".repeat(3000) + "\r\nx\r\n"),
                Arguments.of("trailers", CHUNKED + "0\r\n", "A: b\r\n"),
                Arguments.of("trailer value", CHUNKED + "0\r\nA: ", "x"),
                Arguments.of("folded trailers", CHUNKED + "0\r\nA: b\r\n", " \r\n"));
    }

    static Stream<Arguments> requestsInPieces() {
        return Arrays.stream(Pieces.values())
                .flatMap(pieces -> requests().map(request -> in(pieces, request.get())));
    }

    private static Arguments in(Pieces pieces, Object[] request) {
        return Arguments.of(pieces, request[0], request[1], request[2]);
    }

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("requestsInPieces")
    void costsWorkInProportionToItsLength(Pieces pieces, String part, String start, String unit) {
        assertLinearInPieces(pieces, pieces.size, start, unit);
    }

    @ParameterizedTest
    @EnumSource
    void waitingCostsWorkInProportionToLength(Pieces pieces) {
        assertLinearInPieces(pieces, pieces.size, LONGEST_WAITING, WAITING, "A: b\r\n");
        assertLinearInPieces(pieces, pieces.size, LONGEST_WAITING, WAITING + "Cookie: ", "x");
    }
}
