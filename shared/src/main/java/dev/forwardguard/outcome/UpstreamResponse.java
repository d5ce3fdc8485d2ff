package dev.forwardguard.outcome;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;

/**
 * A complete response of the upstream. The headers keep their repeats, order and bytes.
 *
 * @param headers must not be changed; most implementations do not allow it
 * @param body the body without transfer coding; not copied, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy per request would buy nothing
public record UpstreamResponse(HttpResponseStatus status, HttpHeaders headers, byte[] body) {

    /** Whether a gateway that gets this lets the visitor pass. */
    public boolean allows() {
        return status.codeClass() == HttpStatusClass.SUCCESS;
    }

    /** Status only: headers may hold session cookies and tokens. */
    @Override
    public String toString() {
        return "UpstreamResponse[" + status.code() + ", " + body.length + " bytes]";
    }
}
