package dev.forwardguard.guard;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.outcome.VerdictRule;

import java.util.Set;

/**
 * What a guard is, whatever its settings.
 *
 * @param name the label {@code guard} of every metric
 * @param verdicts which statuses of its upstream are verdicts
 * @param outcomes the possible outcomes of its fallbacks, whose metrics exist from the start
 * @param startsOnDefaults whether it starts on the defaults if {@code guard.yml} is invalid; not if
 *     these can be weaker than what was meant
 */
public record GuardSpec(
        String name, VerdictRule verdicts, Set<Outcome> outcomes, boolean startsOnDefaults) {
    public GuardSpec {
        outcomes = Set.copyOf(outcomes);
    }
}
