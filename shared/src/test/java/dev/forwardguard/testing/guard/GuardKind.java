package dev.forwardguard.testing.guard;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.RawRequest;

/**
 * What a contract has to know about a guard.
 *
 * @param path the path of its auth requests
 * @param statusWithoutVerdict the status for a visitor without credentials
 * @param outcomeWithoutVerdict the outcome that the metrics report for it
 */
public record GuardKind(String path, int statusWithoutVerdict, Outcome outcomeWithoutVerdict) {

    /**
     * The status without a verdict for this reason. A response that is too large leads nobody to
     * Emergency Access.
     */
    public int statusWithoutVerdict(String reason) {
        return isRefused(reason) ? 502 : statusWithoutVerdict;
    }

    /** The outcome that the metrics report for this reason. */
    public Outcome outcomeWithoutVerdict(String reason) {
        return isRefused(reason) ? Outcome.REFUSE : outcomeWithoutVerdict;
    }

    private boolean isRefused(String reason) {
        return reason.equals("response_too_large") && outcomeWithoutVerdict != Outcome.ALLOW;
    }

    /** The auth request that Traefik sends for a visitor who came by TLS. */
    public RawRequest authRequest() {
        return authRequestFrom("203.0.113.7");
    }

    /**
     * The auth request that Traefik sends for a visitor with this address.
     *
     * @param forwardedFor the value of {@code X-Forwarded-For}
     */
    public RawRequest authRequestFrom(String forwardedFor) {
        return RawRequest.get(path)
                .with("X-Forwarded-Method", "GET")
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Uri", "/page")
                .with("X-Forwarded-For", forwardedFor);
    }

    /** The same request with another method. */
    public RawRequest authRequest(String method) {
        return new RawRequest(method, path, authRequest().headers(), "");
    }
}
