package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

class PipeliningHandlerTest {
    private final AtomicInteger reads = new AtomicInteger();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new ChannelDuplexHandler() {
                        @Override
                        public void read(ChannelHandlerContext ctx) {
                            reads.incrementAndGet();
                        }
                    },
                    new PipeliningHandler());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static HttpRequest request(String target) {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    }

    private void receive(Object... messages) {
        channel.writeInbound(messages);
    }

    private void answer(HttpResponseStatus status) {
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER));
        channel.runPendingTasks();
    }

    /**
     * The targets of the requests that were passed on since the last call; a dot stands for
     * content.
     */
    private String passed() {
        var targets = new StringBuilder();
        Object message;
        while ((message = channel.readInbound()) != null) {
            targets.append(message instanceof HttpRequest head ? head.uri() : ".");
        }
        return targets.toString();
    }

    @Test
    void passesNextRequestAfterResponse() {
        receive(request("/1"), LastHttpContent.EMPTY_LAST_CONTENT);
        receive(request("/2"), LastHttpContent.EMPTY_LAST_CONTENT);
        receive(request("/3"), LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(passed()).isEqualTo("/1.");

        answer(HttpResponseStatus.OK);
        assertThat(passed()).isEqualTo("/2.");

        answer(HttpResponseStatus.FORBIDDEN);
        assertThat(passed()).isEqualTo("/3.");
    }

    @Test
    void interimResponseDoesNotCompleteRequest() {
        receive(request("/1"), LastHttpContent.EMPTY_LAST_CONTENT, request("/2"));

        answer(HttpResponseStatus.CONTINUE);

        assertThat(passed()).isEqualTo("/1.");
    }

    @Test
    void waitsForBodyOfAnsweredRequest() {
        ByteBuf part = Unpooled.copiedBuffer(new byte[] {1});
        receive(request("/1"), new DefaultHttpContent(part));
        answer(HttpResponseStatus.OK);
        assertThat(passed()).isEqualTo("/1.");

        receive(LastHttpContent.EMPTY_LAST_CONTENT, request("/2"));

        assertThat(passed()).isEqualTo("./2");
        part.release();
    }

    @Test
    void stopsReadingWhileRequestWaits() {
        receive(request("/1"), LastHttpContent.EMPTY_LAST_CONTENT);
        reads.set(0);
        channel.read();
        assertThat(reads).hasValue(1);

        receive(request("/2"), LastHttpContent.EMPTY_LAST_CONTENT);
        reads.set(0);
        channel.read();
        assertThat(reads).hasValue(0);

        answer(HttpResponseStatus.OK);
        assertThat(reads).hasValue(1);
    }

    @Test
    void releasesWaitingContentOnClose() {
        ByteBuf part = Unpooled.copiedBuffer(new byte[] {1});
        receive(request("/1"), LastHttpContent.EMPTY_LAST_CONTENT);
        receive(request("/2"), new DefaultHttpContent(part));

        channel.close();

        assertThat(part.refCnt()).isZero();
    }
}
