package dev.forwardguard.testing.guard;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.RawRequest;

/**
 * What a contract has to know about a guard.
 *
 * @param path where it is asked
 * @param statusWithoutVerdict what somebody gets who brings nothing but a question
 * @param outcomeWithoutVerdict what the metrics call that
 */
public record GuardKind(String path, int statusWithoutVerdict, Outcome outcomeWithoutVerdict) {

    /** The question that Traefik asks about a visitor who came by TLS. */
    public RawRequest authRequest() {
        return RawRequest.get(path)
                .with("X-Forwarded-Method", "GET")
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Uri", "/page")
                .with("X-Forwarded-For", "203.0.113.7");
    }

    /** The same in another method. */
    public RawRequest authRequest(String method) {
        return new RawRequest(method, path, authRequest().headers(), "");
    }
}
