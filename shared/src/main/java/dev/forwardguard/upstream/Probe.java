package dev.forwardguard.upstream;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.settings.ProbeSettings;

import io.netty.channel.EventLoop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The guard's own upstream request, one that a working upstream is known to answer. Each has a new
 * connection, so that it depends on nothing that visitors' requests have left behind, and does not
 * count for {@code max-concurrent}.
 */
final class Probe {
    private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

    private final ProbeSettings settings;
    private final EventLoop loop;
    private final Function<UpstreamRequest, CompletionStage<UpstreamOutcome>> upstream;
    private final UpstreamMetrics meters;
    private volatile ProbeEvidence evidence;
    private volatile boolean warned;

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
        if (settings.suspectStatuses().isEmpty()) {
            evidence = ProbeEvidence.CAN_TELL;
        } else {
            evidence = canLearn() ? ProbeEvidence.UNKNOWN : ProbeEvidence.CANNOT_TELL;
        }
    }

    /** Whether answers can show what a suspect one means; without a host they never do. */
    boolean canLearn() {
        return settings.host().isPresent() && !settings.suspectStatuses().isEmpty();
    }

    /** Returns what a suspect answer shows, after all answers so far. */
    ProbeEvidence evidence() {
        return evidence;
    }

    /**
     * Sends one probe. The stage completes within the deadline, and never exceptionally: a probe
     * that cannot be sent has failed. Its users wait for a result before they send another.
     */
    CompletionStage<ProbeResult> send() {
        return learn().whenComplete((result, ignored) -> meters.recordProbe(result));
    }

    /**
     * Likewise, but for the {@link #evidence} only; metrics count probes of a doubtful upstream.
     */
    CompletionStage<ProbeResult> learn() {
        CompletionStage<UpstreamOutcome> pending;
        try {
            pending = upstream.apply(UpstreamRequest.own(settings.path(), this::headers, loop));
        } catch (RuntimeException | Error bug) {
            LOG.warn("The probe cannot be sent", bug);
            return CompletableFuture.completedFuture(ProbeResult.FAILED);
        }
        return pending.handle((outcome, bug) -> resultOf(outcome));
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
        int status = verdict.status().code();
        if (!settings.suspectStatuses().contains(status)) {
            if (canLearn()) {
                evidence = ProbeEvidence.CAN_TELL;
            }
            return ProbeResult.ANSWERED;
        }
        if (evidence != ProbeEvidence.CAN_TELL) {
            evidence = ProbeEvidence.CANNOT_TELL;
            warnOnce(status);
        }
        // without a host it is not known what a working upstream answers
        return settings.host().isPresent() ? ProbeResult.SUSPECT : ProbeResult.ANSWERED;
    }

    private void warnOnce(int status) {
        if (!warned) {
            warned = true;
            LOG.atWarn()
                    .addKeyValue("status", status)
                    .addKeyValue("host", settings.host().orElse("none"))
                    .log(
                            "The probe cannot tell whether the upstream is broken: without the right"
                                    + " probe-host it may always get this answer");
        }
    }
}
