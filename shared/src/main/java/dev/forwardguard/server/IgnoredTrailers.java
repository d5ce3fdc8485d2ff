package dev.forwardguard.server;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * The trailers of a request, of which there may be so many, and which no code reads (RFC 9110
 * section 6.5.1 lets a recipient ignore them). Keeping them would cost memory that is not counted.
 */
final class IgnoredTrailers extends EmptyHttpHeaders {
    private static final DefaultHttpHeadersFactory RULES =
            DefaultHttpHeadersFactory.trailersFactory();

    private final int most;
    private int ignored;

    private IgnoredTrailers(int most) {
        this.most = most;
    }

    static HttpHeadersFactory atMost(int fields) {
        return new HttpHeadersFactory() {
            @Override
            public HttpHeaders newHeaders() {
                return new IgnoredTrailers(fields);
            }

            @Override
            public HttpHeaders newEmptyHeaders() {
                return newHeaders();
            }
        };
    }

    /** Only checks number and characters. Called by Netty's decoder for each field line. */
    @Override
    public HttpHeaders add(String name, Object value) {
        ignored++;
        if (ignored > most) {
            throw new TooLongHttpHeaderException("more than " + most + " trailers");
        }
        RULES.getNameValidator().validateName(name);
        RULES.getValueValidator().validate(value.toString());
        return this;
    }
}
