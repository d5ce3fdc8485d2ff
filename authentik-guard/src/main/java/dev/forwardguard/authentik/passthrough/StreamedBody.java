package dev.forwardguard.authentik.passthrough;

import io.micronaut.core.io.buffer.ReadBuffer;
import io.micronaut.core.type.Argument;
import io.micronaut.core.type.MutableHeaders;
import io.micronaut.http.ByteBodyHttpResponse;
import io.micronaut.http.ByteBodyHttpResponseWrapper;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.body.AvailableByteBody;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.ResponseBodyWriter;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.EventLoop;

import org.reactivestreams.Publisher;

import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import java.io.OutputStream;
import java.util.OptionalLong;

/**
 * Passes a body on while it still arrives on another event loop. It uses a publisher, which waits
 * for demand: a body that is handed over directly pushes its first bytes before Micronaut has sent
 * the header section. Until there is demand, the body belongs to its owner, who closes it if there
 * never is any.
 *
 * <p>The switch to the visitor's event loop happens here, where it is known whether the visitor is
 * still connected. Buffers in flight for a visitor who has disconnected are released. Micronaut's
 * own switch would leak them.
 */
enum StreamedBody implements ResponseBodyWriter<CloseableByteBody> {
    INSTANCE;

    @Override
    public ByteBodyHttpResponse<?> write(
            ByteBodyFactory bodies,
            HttpRequest<?> request,
            MutableHttpResponse<CloseableByteBody> response,
            Argument<CloseableByteBody> type,
            MediaType mediaType,
            CloseableByteBody body) {
        if (body instanceof AvailableByteBody) {
            return ByteBodyHttpResponseWrapper.wrap(response, body); // nothing to wait for
        }
        OptionalLong length = body.expectedLength();
        Publisher<ReadBuffer> onDemand =
                subscriber -> body.toReadBufferPublisher().subscribe(subscriber);
        Publisher<ReadBuffer> whileConnected =
                Flux.from(onDemand)
                        .publishOn(Schedulers.fromExecutor(eventLoopOf(request)), 1)
                        .doOnDiscard(ReadBuffer.class, ReadBuffer::close);
        return ByteBodyHttpResponseWrapper.wrap(response, bodies.adapt(whileConnected, length));
    }

    private static EventLoop eventLoopOf(HttpRequest<?> request) {
        return ((NettyHttpRequest<?>) request).getChannelHandlerContext().channel().eventLoop();
    }

    @Override
    public CloseableByteBody writePiece(
            ByteBodyFactory bodies,
            HttpRequest<?> request,
            HttpResponse<?> response,
            Argument<CloseableByteBody> type,
            MediaType mediaType,
            CloseableByteBody body) {
        return body;
    }

    /** Micronaut's server does not write a response this way. */
    @Override
    public void writeTo(
            Argument<CloseableByteBody> type,
            MediaType mediaType,
            CloseableByteBody body,
            MutableHeaders headers,
            OutputStream out) {
        throw new IllegalStateException("a streamed body cannot be written at once");
    }
}
