package dev.forwardguard.guard;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.GuardSettings;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.Set;

/** What distinguishes one guard from the other, for the code that both share. */
public interface GuardProfile {
    /** The guard's name, which is the label {@code guard} of every metric. */
    String name();

    /** The settings in force. */
    GuardSettings settings();

    /** The value that {@code guard.yml} updates. It holds the defaults until then. */
    LiveValue<?> liveSettings();

    /** Which statuses of its upstream are verdicts. */
    VerdictRule verdicts();

    /** The possible outcomes of its fallbacks. Their metrics exist from the start. */
    Set<Outcome> outcomes();

    /** Whether a request on the main port is an auth request for this guard. */
    boolean handles(String path);

    /**
     * The request headers that this guard, with the settings in force, neither forwards nor reads.
     * They need not be kept.
     */
    HeaderNames unread();

    /**
     * Decides about a request that the guard could not handle at all.
     *
     * @param reason {@link FallbackReason#BAD_REQUEST}, {@link FallbackReason#OVERLOAD} or {@link
     *     FallbackReason#INTERNAL_ERROR}
     * @param status what any other HTTP server would answer: 400, 408, 414, 431 or 503
     * @param headers those headers of the request that could be read
     */
    Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers);
}
