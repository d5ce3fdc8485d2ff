package dev.forwardguard.status;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.status.GuardState.Word;
import dev.forwardguard.telemetry.Trouble;
import dev.forwardguard.telemetry.Trouble.Spell;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.Past;
import dev.forwardguard.upstream.ProbeResult;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;
import dev.forwardguard.upstream.breaker.CircuitState;

import io.micronaut.context.annotation.Context;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells the state of the guard from its mode, its circuit and the latest decisions. */
@Context
final class GuardStates {
    private final LiveSettings<?> settings;
    private final Upstream upstream;
    private final Trouble trouble;
    private final List<Dependency> dependencies;
    private final Ticker ticker;
    private final Clock clock;
    private volatile InForce mode;

    private record InForce(Mode mode, long since) {}

    GuardStates(
            LiveSettings<?> settings,
            Upstream upstream,
            Trouble trouble,
            List<Dependency> dependencies,
            Ticker ticker,
            Clock clock) {
        this.settings = settings;
        this.upstream = upstream;
        this.trouble = trouble;
        this.dependencies = List.copyOf(dependencies);
        this.ticker = ticker;
        this.clock = clock;
        this.mode = new InForce(settings.common().mode(), ticker.nanos());
        settings.subscribe(this::noteMode);
        noteMode(); // it may have changed in between
    }

    private synchronized void noteMode() {
        Mode now = settings.common().mode();
        if (now != mode.mode()) {
            mode = new InForce(now, ticker.nanos());
        }
    }

    GuardState now() {
        InForce inForce = mode;
        Duration ofMode = ago(inForce.since());
        if (inForce.mode() == Mode.FALLBACK) {
            return new GuardState(Word.FORCED, ofMode, Optional.of(FallbackReason.FORCED.label()));
        }
        UpstreamCondition condition = upstream.condition();
        Optional<Spell> spell =
                trouble.last().filter(last -> !last.isOver() || isUnanswered(condition));
        // in mode upstream nobody asks the circuit
        CircuitState circuit =
                inForce.mode() == Mode.AUTO ? upstream.circuit() : CircuitState.CLOSED;
        return switch (circuit) {
            case OPEN -> inTrouble(Word.OPEN, condition, spell);
            case HALF_OPEN -> inTrouble(Word.RECOVERING, condition, spell);
            case CLOSED ->
                    spell.map(last -> inTrouble(last, condition))
                            .or(this::withoutDependency)
                            .orElseGet(() -> relaying(condition, ofMode));
        };
    }

    /**
     * On a quiet site nobody may have come since the last request and the probe after it failed.
     */
    private static boolean isUnanswered(UpstreamCondition condition) {
        Optional<Duration> failure = condition.failure().map(Past::ago);
        return failure.isPresent()
                && Stream.concat(
                                condition.verdict().stream(),
                                condition.probes().stream()
                                        .filter(probe -> probe.what() == ProbeResult.ANSWERED)
                                        .map(Past::ago))
                        .allMatch(answer -> answer.compareTo(failure.get()) > 0);
    }

    private static GuardState inTrouble(Spell last, UpstreamCondition condition) {
        Word word = isRecovering(last, condition) ? Word.RECOVERING : Word.DEGRADED;
        return new GuardState(word, last.began(), Optional.of(last.reason().label()));
    }

    /** Those who would need what is down may all be asleep. */
    private Optional<GuardState> withoutDependency() {
        return dependencies.stream()
                .flatMap(
                        each ->
                                each.downSince().stream()
                                        .map(
                                                since ->
                                                        new GuardState(
                                                                Word.DEGRADED,
                                                                Duration.between(
                                                                        since, clock.instant()),
                                                                Optional.of(
                                                                        each.reason().label()))))
                .findFirst();
    }

    /** Whether there was no decision without a verdict since the circuit closed. */
    private static boolean isRecovering(Spell now, UpstreamCondition condition) {
        return condition
                .closedAgain()
                .filter(closed -> closed.compareTo(now.last()) <= 0)
                .isPresent();
    }

    private static GuardState inTrouble(
            Word word, UpstreamCondition condition, Optional<Spell> spell) {
        Duration began =
                Stream.concat(
                                condition.tripped().map(Past::ago).stream(),
                                spell.map(Spell::began).stream())
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO);
        return new GuardState(word, began, condition.tripped().map(Past::what));
    }

    /** Since the last of what kept it from relaying is over. */
    private GuardState relaying(UpstreamCondition condition, Duration ofMode) {
        Duration since =
                Stream.of(
                                Optional.of(ofMode),
                                condition.closedAgain(),
                                trouble.last().map(Spell::last))
                        .flatMap(Optional::stream)
                        .min(Duration::compareTo)
                        .orElse(ofMode);
        return new GuardState(Word.RELAYING, since, Optional.empty());
    }

    private Duration ago(long at) {
        return Duration.ofNanos(Math.max(0, ticker.nanos() - at));
    }
}
