package dev.forwardguard.upstream;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.settings.ProbeSettings;

import io.netty.channel.EventLoop;

import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The guard's own upstream request, one that a working upstream is known to answer. */
final class Probe {
    private final ProbeSettings settings;
    private final EventLoop loop;
    private final Function<UpstreamRequest, CompletionStage<UpstreamOutcome>> upstream;
    private final UpstreamMetrics meters;

    /**
     * @param upstream sends a request, whatever the circuit's state
     */
    Probe(
            ProbeSettings settings,
            EventLoop loop,
            Function<UpstreamRequest, CompletionStage<UpstreamOutcome>> upstream,
            UpstreamMetrics meters) {
        this.settings = settings;
        this.loop = loop;
        this.upstream = upstream;
        this.meters = meters;
    }

    /** Sends one probe. The stage completes within the deadline, and never exceptionally. */
    CompletionStage<ProbeResult> send() {
        return upstream.apply(
                        new UpstreamRequest(
                                settings.path(),
                                this::headers,
                                loop,
                                loop.<Void>newPromise(),
                                ClientAddress.UNKNOWN,
                                BufferBudget.unbounded()))
                .handle((outcome, bug) -> resultOf(outcome))
                .whenComplete((result, ignored) -> meters.recordProbe(result));
    }

    private void headers(BiConsumer<? super CharSequence, ? super CharSequence> header) {
        header.accept("User-Agent", "forward-guard probe");
        header.accept("X-Forwarded-Method", "GET");
        if (settings.host().isPresent()) {
            header.accept("X-Forwarded-Proto", "https");
            header.accept("X-Forwarded-Host", settings.host().get());
            header.accept("X-Forwarded-Uri", "/");
        }
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
