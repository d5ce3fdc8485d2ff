package dev.forwardguard.server;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/** The headers of a request, of which there may be so many. Each costs more than its bytes. */
final class LimitedHeaders extends DefaultHttpHeaders {
    private final int most;

    private LimitedHeaders(int most) {
        this.most = most;
    }

    static HttpHeadersFactory atMost(int fields) {
        return new HttpHeadersFactory() {
            @Override
            public HttpHeaders newHeaders() {
                return new LimitedHeaders(fields);
            }

            @Override
            public HttpHeaders newEmptyHeaders() {
                return newHeaders();
            }
        };
    }

    /** Called by Netty's decoder for each field line. */
    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (size() >= most) {
            throw new TooLongHttpHeaderException("more than " + most + " fields");
        }
        return super.add(name, value);
    }
}
