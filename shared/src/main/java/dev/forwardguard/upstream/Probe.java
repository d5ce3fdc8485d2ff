package dev.forwardguard.upstream;

import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.upstream.UpstreamOutcome.Answered;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The guard's own question: one that a working upstream is known to answer. */
final class Probe {
    private final ProbeSettings settings;
    private final EventLoop loop;
    private final Function<UpstreamQuestion, CompletionStage<UpstreamOutcome>> upstream;
    private final UpstreamMeters meters;

    /**
     * @param upstream asks, whatever the circuit's state
     */
    Probe(
            ProbeSettings settings,
            EventLoop loop,
            Function<UpstreamQuestion, CompletionStage<UpstreamOutcome>> upstream,
            UpstreamMeters meters) {
        this.settings = settings;
        this.loop = loop;
        this.upstream = upstream;
        this.meters = meters;
    }

    /** Asks once; the stage completes within the deadline, and never exceptionally. */
    CompletionStage<ProbeResult> send() {
        return upstream.apply(
                        new UpstreamQuestion(
                                settings.path(),
                                headers(),
                                loop,
                                loop.<Void>newPromise(),
                                BufferBudget.unbounded()))
                .handle((outcome, bug) -> resultOf(outcome))
                .whenComplete((result, never) -> meters.probed(result));
    }

    private HttpHeaders headers() {
        HttpHeaders headers =
                new DefaultHttpHeaders()
                        .set("User-Agent", "forward-guard probe")
                        .set("X-Forwarded-Method", "GET");
        settings.host()
                .ifPresent(
                        host ->
                                headers.set("X-Forwarded-Proto", "https")
                                        .set("X-Forwarded-Host", host)
                                        .set("X-Forwarded-Uri", "/"));
        return headers;
    }

    private ProbeResult resultOf(UpstreamOutcome outcome) {
        if (!(outcome instanceof Answered(var verdict))) {
            return ProbeResult.FAILED;
        }
        return settings.suspectStatuses().contains(verdict.status().code())
                ? ProbeResult.SUSPECT
                : ProbeResult.ANSWERED;
    }
}
