package dev.forwardguard.guard;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.GuardSettings;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.Set;

/** What makes one guard this guard, for the code that both share. */
public interface GuardProfile {
    /** The guard's name: the label {@code guard} of every metric. */
    String name();

    /** The settings in force. */
    GuardSettings settings();

    /** What {@code guard.yml} feeds; it holds the defaults until then. */
    LiveValue<?> liveSettings();

    /** Which statuses of its upstream decide. */
    VerdictRule verdicts();

    /** What its fallbacks can come to: the metrics are there for these from the start. */
    Set<Outcome> outcomes();

    /** Whether a request on the main port is a question to this guard. */
    boolean handles(String path);

    /**
     * Headers of a question that this guard neither forwards nor looks at itself under the settings
     * in force: they need not be kept.
     */
    HeaderNames unread();

    /**
     * What to decide about a request that the guard could not even handle.
     *
     * @param reason {@link FallbackReason#BAD_REQUEST}, {@link FallbackReason#OVERLOAD} or {@link
     *     FallbackReason#INTERNAL_ERROR}
     * @param status what an ordinary server would answer: 400, 408, 414, 431 or 503
     * @param headers as many of the request's as could be read
     */
    Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers);
}
