package dev.forwardguard.outcome;

import io.netty.handler.codec.http.HttpResponseStatus;

import java.util.function.IntPredicate;

/**
 * Decides which statuses are verdicts. Each guard adds its own rule; this class excludes what is a
 * verdict for no guard.
 */
public final class VerdictRule {
    private final IntPredicate rule;

    /**
     * @param rule whether a status from 200 to 599 is a verdict of this guard's upstream
     */
    public VerdictRule(IntPredicate rule) {
        this.rule = rule;
    }

    /**
     * Whether the status is a verdict. Upstream requests are not conditional and have no {@code
     * Range} or {@code Expect}, so 206, 304, 412, 416 and 417 answer some other request (RFC 9110
     * sections 13 to 15). A status outside 200 to 599 is not a final response.
     */
    public boolean isVerdict(HttpResponseStatus status) {
        int code = status.code();
        return switch (code) {
            case 206, 304, 412, 416, 417 -> false;
            default -> code >= 200 && code <= 599 && rule.test(code);
        };
    }
}
