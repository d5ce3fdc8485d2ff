package dev.forwardguard.guard;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.nio.charset.StandardCharsets;

/**
 * What a visitor reads instead of the application.
 *
 * @param headers the headers that belong to the body; the decision adds the others
 * @param body not copied, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Page(HttpHeaders headers, byte[] body) {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** A page of plain text. */
    public static Page text(String text) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (!text.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, TEXT);
        }
        return new Page(headers, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Page[" + body.length + " bytes]";
    }
}
