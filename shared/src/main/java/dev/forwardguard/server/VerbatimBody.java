package dev.forwardguard.server;

import io.micronaut.core.type.Argument;
import io.micronaut.core.type.MutableHeaders;
import io.micronaut.http.ByteBodyHttpResponse;
import io.micronaut.http.ByteBodyHttpResponseWrapper;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.ResponseBodyWriter;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes bytes as they are and adds no {@code Content-Type} for them. */
enum VerbatimBody implements ResponseBodyWriter<byte[]> {
    INSTANCE;

    @Override
    public ByteBodyHttpResponse<?> write(
            ByteBodyFactory bodies,
            HttpRequest<?> request,
            MutableHttpResponse<byte[]> response,
            Argument<byte[]> type,
            MediaType mediaType,
            byte[] body) {
        return ByteBodyHttpResponseWrapper.wrap(response, bodies.adapt(body));
    }

    @Override
    public CloseableByteBody writePiece(
            ByteBodyFactory bodies,
            HttpRequest<?> request,
            HttpResponse<?> response,
            Argument<byte[]> type,
            MediaType mediaType,
            byte[] body) {
        return bodies.adapt(body);
    }

    @Override
    public void writeTo(
            Argument<byte[]> type,
            MediaType mediaType,
            byte[] body,
            MutableHeaders headers,
            OutputStream out) {
        try {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
