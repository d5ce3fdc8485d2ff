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
 * Passes a body on while it is still arriving on another event loop. It goes by way of a publisher,
 * which waits to be asked: a body that is handed over as it is pushes its first bytes before
 * Micronaut has sent the head. Until it is asked the body stays its owner's, to be closed if nobody
 * ever does.
 *
 * <p>It changes to the visitor's event loop here, where it is known whether he is still there. What
 * is under way for one who has gone is given back; Micronaut, which would change itself, loses it.
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
        Publisher<ReadBuffer> whenAsked = caller -> body.toReadBufferPublisher().subscribe(caller);
        Publisher<ReadBuffer> whileThere =
                Flux.from(whenAsked)
                        .publishOn(Schedulers.fromExecutor(eventLoopOf(request)), 1)
                        .doOnDiscard(ReadBuffer.class, ReadBuffer::close);
        return ByteBodyHttpResponseWrapper.wrap(response, bodies.adapt(whileThere, length));
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
