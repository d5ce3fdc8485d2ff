package dev.forwardguard.status;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The state of a guard in one word.
 *
 * @param since how long ago the guard came into it; in trouble, how long ago the trouble began,
 *     whatever the word was meanwhile
 * @param reason why there are no verdicts, as in the metrics
 */
record GuardState(Word word, Duration since, Optional<String> reason) {
    enum Word {
        /** The upstream decides. */
        RELAYING,
        /** Some requests get no verdict, and the circuit is closed. */
        DEGRADED,
        /** The circuit is open: the upstream is not asked. */
        OPEN,
        /** {@code mode: fallback}: the upstream is not asked. */
        FORCED,
        /** The upstream answers again, and is trusted more and more. */
        RECOVERING;

        /** As in {@code /status}. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
