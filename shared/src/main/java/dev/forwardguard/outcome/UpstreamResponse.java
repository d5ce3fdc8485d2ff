package dev.forwardguard.outcome;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * A complete response of the upstream, as it came: repeats, order and bytes of the headers kept.
 *
 * @param headers not to be changed, which most of them refuse
 * @param body the body without any transfer coding; not copied, so not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy per request would buy nothing
public record UpstreamResponse(HttpResponseStatus status, HttpHeaders headers, byte[] body) {

    /** Status only: headers may hold session cookies and tokens. */
    @Override
    public String toString() {
        return "UpstreamResponse[" + status.code() + ", " + body.length + " bytes]";
    }
}
