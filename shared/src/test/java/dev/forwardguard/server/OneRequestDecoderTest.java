package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.memory.BufferBudget;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.atomic.AtomicInteger;

@Tag("contract")
class OneRequestDecoderTest {
    private static final int KIB = 1024;

    private final BufferBudget budget = new BufferBudget(1000 * KIB);
    private final AtomicInteger reads = new AtomicInteger();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ClientConnection connection =
            new ClientConnection(channel, budget.open(channel), () -> 0, () -> false, true);

    OneRequestDecoderTest() {
        channel.pipeline()
                .addLast(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void read(ChannelHandlerContext ctx) {
                                reads.incrementAndGet();
                            }
                        },
                        new RequestBufferLimiter(connection),
                        new GuardServerCodec(
                                new HeadLimits(64 * KIB, 256 * KIB, 200),
                                "/auth"::equals,
                                connection));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    private static String get(String target, String headers) {
        return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
    }

    private void respond(HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
        channel.runPendingTasks();
    }

    private void takeBySmallConnections(long bytes) {
        for (long left = bytes; left > 0; left -= 8 * KIB) {
            long some = Math.min(left, 8 * KIB);
            assertThat(budget.open(new EmbeddedChannel()).take(some)).isTrue();
        }
    }

    /** What was decoded since the last time: targets, ".", and "!" for what failed. */
    private String decoded() {
        var decoded = new StringBuilder();
        Object part;
        while ((part = channel.readInbound()) != null) {
            if (part instanceof HttpRequest head) {
                decoded.append(head.uri());
            }
            boolean failed = part instanceof HttpObject any && any.decoderResult().isFailure();
            decoded.append(failed ? "!" : "");
            decoded.append(part instanceof LastHttpContent ? "." : "");
            decoded.append(part instanceof RejectedRequest ? "!" : "");
            ReferenceCountUtil.release(part);
        }
        return decoded.toString();
    }

    @Nested
    class Pipelining {
        @ParameterizedTest
        @ValueSource(strings = {"/auth", "/other"})
        void decodesNextRequestWhenResponseWasSent(String target) {
            channel.writeInbound(bytes(get(target, "") + get("/2", "") + get("/auth", "")));
            assertThat(decoded()).isEqualTo(target + ".");

            respond(HttpResponseStatus.OK);
            assertThat(decoded()).isEqualTo("/2.");

            respond(HttpResponseStatus.FORBIDDEN);
            assertThat(decoded()).isEqualTo("/auth.");
        }

        @Test
        void interimResponseIsNoResponse() {
            channel.writeInbound(bytes(get("/1", "") + get("/2", "")));

            channel.writeOutbound(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            channel.runPendingTasks();

            assertThat(decoded()).isEqualTo("/1.");
        }

        @Test
        void requestEndsWithItsBodyEvenIfResponseWasSent() {
            channel.writeInbound(bytes("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\na"));
            respond(HttpResponseStatus.OK);
            assertThat(decoded()).isEqualTo("/1");

            channel.writeInbound(bytes("bc" + get("/2", "")));

            assertThat(decoded()).isEqualTo("./2.");
        }

        @Test
        void bytesOfOneReadStayUndecoded() {
            channel.writeInbound(bytes(get("/1", "").repeat(1000)));

            assertThat(decoded()).isEqualTo("/1.");
            assertThat(budget.held()).isGreaterThan(1000 * get("/1", "").length() - KIB);
        }

        @Test
        void readsLimitedNumberOfBytesAhead() {
            channel.writeInbound(bytes(get("/1", "")));
            String next = get("/2", "A: " + "x".repeat(30 * KIB) + "\r\n");
            for (int more = 0; more < 2; more++) {
                channel.writeInbound(bytes(next));
                reads.set(0);
                channel.read();
                assertThat(reads).hasValue(1); // so that a hang-up is noticed
            }

            channel.writeInbound(bytes(next));
            reads.set(0);
            channel.read();
            assertThat(reads).hasValue(0);

            respond(HttpResponseStatus.OK);
            channel.read();
            assertThat(reads.get()).isPositive();
        }

        @Test
        void requestWithoutMemoryIsRejectedInItsTurn() {
            channel.writeInbound(bytes(get("/1", "")));
            assertThat(decoded()).isEqualTo("/1.");
            takeBySmallConnections(990 * KIB);

            channel.writeInbound(bytes(get("/2", "A: " + "x".repeat(30 * KIB) + "\r\n")));
            assertThat(decoded()).isEmpty();

            respond(HttpResponseStatus.OK);
            assertThat(decoded()).isEqualTo("!");
            channel.writeInbound(bytes(get("/3", "")));
            assertThat(decoded()).isEmpty();
        }

        @Test
        void releasesWhatWaitsWhenClientHangsUp() {
            ByteBuf arrived = bytes(get("/1", "") + get("/2", ""));
            channel.writeInbound(arrived);

            channel.close();

            assertThat(arrived.refCnt()).isZero();
            assertThat(budget.held()).isZero();
        }

        @Test
        void nextHeadCountsAsBegunWhenItsBytesHaveArrived() {
            channel.writeInbound(bytes(get("/1", "") + "GET /2"));
            respond(HttpResponseStatus.OK);

            assertThat(budget.held()).isEqualTo("GET /2".length());
        }
    }

    /** As in the guards, whose allocator is the pooled one. */
    @Nested
    class LargeReadBuffers {
        private static final int READ = 64 * KIB;

        private final ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(READ);

        private void arrives(String text) {
            channel.writeInbound(read.writeBytes(text.getBytes(ISO_8859_1)));
        }

        /** What the buffer takes of the allocator's memory. */
        private int size() {
            return read.writerIndex() + read.maxFastWritableBytes();
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 100, 3 * KIB, 16 * KIB - 1, 16 * KIB, 40 * KIB})
        void areNotKeptForLittle(int waiting) {
            String next = get("/2", "A: " + "x".repeat(waiting) + "\r\n");
            arrives(get("/1", "") + next.substring(0, waiting));
            assertThat(decoded()).isEqualTo("/1.");

            assertThat(size()).isLessThanOrEqualTo(Math.max(8 * KIB, 4 * waiting));

            channel.writeInbound(bytes(next.substring(waiting)));
            respond(HttpResponseStatus.OK);
            assertThat(decoded()).isEqualTo("/2.");
        }

        @Test
        void areNotKeptForLittleOfTheFirstHead() {
            arrives("GET /1");
            assertThat(size()).isLessThanOrEqualTo(8 * KIB);

            channel.writeInbound(bytes(" HTTP/1.1\r\n\r\n"));
            assertThat(decoded()).isEqualTo("/1.");
        }

        @Test
        void areKeptWhileTheirBytesAreInUse() {
            arrives("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + "G");
            HttpRequest head = channel.readInbound();
            LastHttpContent body = channel.readInbound();
            assertThat(head.uri()).isEqualTo("/1");
            assertThat(body.content().toString(ISO_8859_1)).isEqualTo("abc");
            assertThat(size()).isEqualTo(READ);

            body.release();
            respond(HttpResponseStatus.OK);

            assertThat(size()).isLessThanOrEqualTo(8 * KIB);
        }
    }

    @Nested
    class Fields {
        private Object head(String text) {
            channel.writeInbound(bytes(text));
            return channel.readInbound();
        }

        @ParameterizedTest
        @ValueSource(strings = {"/auth", "/other"})
        void moreThan200AreTooMany(String target) {
            assertThat(head(get(target, "A: b\r\n".repeat(200)))).isInstanceOf(HttpRequest.class);
            respond(HttpResponseStatus.OK);
            channel.releaseInbound();

            var tooMany = (RejectedRequest) head(get(target, "A: b\r\n".repeat(201)));

            assertThat(tooMany.status()).isEqualTo(431);
            assertThat(tooMany.headers()).hasSizeLessThanOrEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(ints = {50, 150})
        void areChargedUntilResponseWasSent(int fields) {
            String head = get("/auth", "A: b\r\n".repeat(fields));
            channel.writeInbound(bytes(head));

            assertThat(budget.held())
                    .isEqualTo(head.length() + (long) fields * BufferBudget.FIELD_BYTES);

            respond(HttpResponseStatus.OK);
            assertThat(budget.held()).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {50, 150})
        void areRejectedIfThereIsNoMemoryForThem(int fields) {
            String head = get("/auth", "A: b\r\n".repeat(fields));
            takeBySmallConnections(1000 * KIB - head.length() - 100);

            assertThat(head(head)).isSameAs(RejectedRequest.OVERLOAD);
            assertThat(channel.<Object>readInbound()).isNull();
        }

        @Test
        void moreThan200TrailersAreTooManyAndNoneIsKept() {
            String head = "POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            channel.writeInbound(bytes(head + "0\r\n" + "A: b\r\n".repeat(150)));
            assertThat(decoded()).isEqualTo("/1");
            channel.writeInbound(bytes("A: b\r\n".repeat(50) + "\r\n"));
            LastHttpContent end = channel.readInbound();
            assertThat(end.decoderResult().isSuccess()).isTrue();
            assertThat(end.trailingHeaders()).isEmpty();
            respond(HttpResponseStatus.OK);

            channel.writeInbound(bytes(head + "0\r\n" + "A: b\r\n".repeat(201) + "\r\n"));

            assertThat(decoded()).isEqualTo("/1!.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"A: b\r\n c\r\n", "A: b\r\n\tc\r\n", "A: b\r\n \r\n", " A: b\r\n"})
        void foldedLineIsRejected(String lines) {
            String text = get("/auth", lines);
            for (int cut = 0; cut < text.length(); cut++) {
                var other = new OneRequestDecoderTest();
                other.channel.writeInbound(bytes(text.substring(0, cut)));
                other.channel.writeInbound(bytes(text.substring(cut)));

                assertThat(other.decoded()).as("cut at " + cut).isEqualTo("!");
                other.close();
            }
        }

        @Test
        void emptyLinesBeforeRequestHideNoFoldedLine() {
            channel.writeInbound(bytes("\r\r\n\r\n" + get("/auth", "A: b\r\n c\r\n")));

            assertThat(decoded()).isEqualTo("!");
        }

        @Test
        void foldedTrailerIsRejected() {
            String head = "POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            channel.writeInbound(bytes(head + "3\r\n\n b\r\n0\r\nA: b\r\n c\r\n\r\n"));

            assertThat(decoded()).isEqualTo("/1!.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"5;", "0\r\nA: "})
        void lineOfBodyIsLimited(String beginning) {
            channel.writeInbound(
                    bytes("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + beginning));
            channel.writeInbound(bytes("x".repeat(9 * KIB)));

            assertThat(decoded()).isEqualTo("/1!.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip, chunked",
                "chunked, gzip",
                "identity",
                "chunked, chunked",
                "chunked;a=b",
                "xchunked",
                "\"chunked\"",
                "",
                "chunked\r\nTransfer-Encoding: chunked",
                "chunked\r\nTransfer-Encoding: identity"
            })
    void transferEncodingMustBeExactlyChunked(String codings) {
        String head = "POST /1 HTTP/1.1\r\nTransfer-Encoding: " + codings + "\r\n\r\n";
        channel.writeInbound(bytes(head + "0\r\n\r\n"));

        assertThat(decoded()).isEqualTo("!");
    }

    @Test
    void chunkedIsReadInAnyCase() {
        channel.writeInbound(
                bytes("POST /1 HTTP/1.1\r\nTransfer-Encoding: ChunkeD \r\n\r\n0\r\n\r\n"));

        assertThat(decoded()).isEqualTo("/1.");
    }

    @Test
    void connectionHasLimitedNumberOfWords() {
        String line = "Connection: " + "a,".repeat(15) + "b\r\n";
        channel.writeInbound(bytes(get("/1", line + line)));
        assertThat(decoded()).isEqualTo("/1.");
        respond(HttpResponseStatus.OK);

        channel.writeInbound(bytes(get("/1", line + line + "Connection: close\r\n")));

        assertThat(decoded()).isEqualTo("!");
    }

    @Test
    void connectionLinesAreCountedOnFastPath() {
        channel.writeInbound(bytes(get("/auth", "Connection: close\r\n".repeat(33))));

        assertThat(decoded()).isEqualTo("!");
    }
}
