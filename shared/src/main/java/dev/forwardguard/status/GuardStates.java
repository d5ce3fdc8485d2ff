package dev.forwardguard.status;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.status.Dependency.Health;
import dev.forwardguard.status.GuardState.Word;
import dev.forwardguard.telemetry.Trouble;
import dev.forwardguard.telemetry.Trouble.Spell;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;
import dev.forwardguard.upstream.UpstreamCondition.Failures;
import dev.forwardguard.upstream.UpstreamCondition.Trip;
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
        // in mode upstream nobody asks the circuit
        boolean breaks = inForce.mode() == Mode.AUTO;
        UpstreamCondition condition =
                breaks ? upstream.condition() : upstream.condition().withoutCircuit();
        Optional<Spell> spell = trouble.last().filter(last -> !last.isOver(condition));
        return switch (breaks ? upstream.circuit() : CircuitState.CLOSED) {
            case OPEN -> withoutRequests(Word.OPEN, condition, spell);
            case HALF_OPEN -> withoutRequests(Word.RECOVERING, condition, spell);
            case CLOSED ->
                    spell.map(last -> inTrouble(last, condition))
                            .or(this::withoutDependency)
                            .orElseGet(() -> relaying(condition, ofMode));
        };
    }

    /** The circuit lets nobody through, or few. */
    private static GuardState withoutRequests(
            Word word, UpstreamCondition condition, Optional<Spell> spell) {
        Optional<Trip> trip = condition.trip().filter(last -> last.closed().isEmpty());
        return new GuardState(
                word,
                longest(Stream.of(trip.map(Trip::opened), spell.map(Spell::began))),
                trip.map(Trip::cause));
    }

    private GuardState inTrouble(Spell now, UpstreamCondition condition) {
        Optional<Trip> trip = condition.trip().filter(last -> isWithin(now.began(), last.closed()));
        boolean recovering = trip.filter(last -> isWithin(now.last(), last.closed())).isPresent();
        String reason =
                trip.filter(_ -> now.reason() == FallbackReason.CIRCUIT_OPEN)
                        .map(Trip::cause)
                        .orElse(now.reason().label());
        Optional<Duration> down =
                dependencies.stream()
                        .filter(each -> each.reason() == now.reason())
                        .map(Dependency::health)
                        .filter(Health::down)
                        .flatMap(health -> ago(health).stream())
                        .findFirst();
        return new GuardState(
                recovering ? Word.RECOVERING : Word.DEGRADED,
                longest(Stream.of(Optional.of(now.began()), trip.map(Trip::opened), down)),
                Optional.of(reason));
    }

    /** Whether that was not before this time. */
    private static boolean isWithin(Duration time, Optional<Duration> ago) {
        return ago.filter(event -> event.compareTo(time) <= 0).isPresent();
    }

    /** Those who would need what is down may all be asleep. */
    private Optional<GuardState> withoutDependency() {
        return dependencies.stream()
                .filter(each -> each.health().down())
                .map(
                        each ->
                                new GuardState(
                                        Word.DEGRADED,
                                        ago(each.health()).orElse(Duration.ZERO),
                                        Optional.of(each.reason().label())))
                .findFirst();
    }

    /** Since the last of what kept it from relaying is over. */
    private GuardState relaying(UpstreamCondition condition, Duration ofMode) {
        Stream<Duration> ends =
                Stream.of(
                                condition.trip().flatMap(Trip::closed),
                                condition.failures().flatMap(Failures::answered),
                                trouble.last().map(Spell::last))
                        .flatMap(Optional::stream);
        Duration since =
                Stream.concat(
                                ends,
                                dependencies.stream().flatMap(each -> ago(each.health()).stream()))
                        .reduce(ofMode, (one, other) -> one.compareTo(other) < 0 ? one : other);
        return new GuardState(Word.RELAYING, since, Optional.empty());
    }

    private static Duration longest(Stream<Optional<Duration>> times) {
        return times.flatMap(Optional::stream).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private Optional<Duration> ago(Health health) {
        return health.since()
                .map(since -> Duration.between(since, clock.instant()))
                .map(ago -> ago.isNegative() ? Duration.ZERO : ago);
    }

    private Duration ago(long at) {
        return Duration.ofNanos(Math.max(0, ticker.nanos() - at));
    }
}
