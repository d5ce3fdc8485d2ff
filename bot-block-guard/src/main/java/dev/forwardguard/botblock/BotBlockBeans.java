package dev.forwardguard.botblock;

import dev.forwardguard.forwarded.Consequences;
import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.LiveSettings;

import io.micronaut.context.annotation.Factory;

import jakarta.inject.Singleton;

import java.time.Clock;
import java.util.List;
import java.util.Set;

/** The facts about bot-block-guard and its upstream, and its settings. */
@Factory
final class BotBlockBeans {
    /**
     * The statuses that a bot blocker sends on purpose are verdicts. Any other comes from a broken
     * one or from a wrong path.
     */
    static final GuardSpec SPEC =
            new GuardSpec(
                    "bot-block-guard",
                    new VerdictRule(
                            status ->
                                    status < 400
                                            || status == 401
                                            || status == 403
                                            || status == 429),
                    Set.of(Outcome.ALLOW),
                    true);

    @Singleton
    GuardSpec spec() {
        return SPEC;
    }

    @Singleton
    Consequences consequences() {
        return new Consequences(
                "one of them can use up the auth requests of all",
                "The bot blocker is told that they do not use TLS");
    }

    @Singleton
    LiveSettings<BotBlockSettings> settings(Clock clock) {
        return new LiveSettings<>(
                BotBlockSettings::take, BotBlockSettings::guard, List.of(), clock);
    }
}
