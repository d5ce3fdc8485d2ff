package dev.forwardguard.outcome;

import io.netty.handler.codec.http.HttpResponseStatus;

import java.util.function.IntPredicate;

/**
 * Which statuses decide. What a guard adds is its own rule; what no guard may take as a verdict is
 * in here.
 */
public final class VerdictRule {
    private final IntPredicate rule;

    /**
     * @param rule says of a status from 200 to 599 whether it is a verdict of this guard's upstream
     */
    public VerdictRule(IntPredicate rule) {
        this.rule = rule;
    }

    /**
     * Whether the status decides. Nothing partial, conditional or expected was asked, so 206, 304,
     * 412, 416 and 417 answer some other question (RFC 9110 sections 13 to 15), and a status
     * outside 200 to 599 is no final answer at all.
     */
    public boolean isVerdict(HttpResponseStatus status) {
        int code = status.code();
        return switch (code) {
            case 206, 304, 412, 416, 417 -> false;
            default -> code >= 200 && code <= 599 && rule.test(code);
        };
    }
}
