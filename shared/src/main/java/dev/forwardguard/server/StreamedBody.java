package dev.forwardguard.server;

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

import org.reactivestreams.Publisher;

import java.io.OutputStream;
import java.util.OptionalLong;

/**
 * Passes a body on while it is still arriving, maybe on another event loop. It goes by way of a
 * publisher, which waits to be asked: a body that is handed over as it is pushes its first bytes
 * before Micronaut has sent the head. Until it is asked the body stays its owner's, to be closed if
 * nobody ever does.
 */
public enum StreamedBody implements ResponseBodyWriter<CloseableByteBody> {
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
            return ByteBodyHttpResponseWrapper.wrap(response, body); // there is nothing to wait for
        }
        OptionalLong length = body.expectedLength();
        Publisher<ReadBuffer> whenAsked = asker -> body.toReadBufferPublisher().subscribe(asker);
        return ByteBodyHttpResponseWrapper.wrap(response, bodies.adapt(whenAsked, length));
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
