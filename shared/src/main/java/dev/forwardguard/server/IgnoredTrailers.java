package dev.forwardguard.server;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * Trailers, which no code reads (RFC 9110 section 6.5.1 lets a recipient ignore them). Keeping them
 * would cost memory that is not counted.
 */
final class IgnoredTrailers extends EmptyHttpHeaders {
    static final IgnoredTrailers INSTANCE = new IgnoredTrailers();
    static final HttpHeadersFactory FACTORY = new Factory();

    private static final DefaultHttpHeadersFactory RULES =
            DefaultHttpHeadersFactory.trailersFactory();

    private IgnoredTrailers() {}

    /** Only checks the characters, as Netty would. */
    @Override
    public HttpHeaders add(String name, Object value) {
        RULES.getNameValidator().validateName(name);
        RULES.getValueValidator().validate(value.toString());
        return this;
    }

    private static final class Factory implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return INSTANCE;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return INSTANCE;
        }
    }
}
