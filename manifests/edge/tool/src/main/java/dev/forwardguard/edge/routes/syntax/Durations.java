package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of seconds, or a duration as Go writes it: {@code 10}, {@code 1.5s}, {@code 1m30s}
 * (traefik/paerser types/duration.go, Go's time.ParseDuration).
 *
 * @param min nanoseconds
 */
record Durations(long min) implements Syntax {
    private static final Pattern SECONDS = Pattern.compile("0|-?[1-9][0-9]{0,9}");
    private static final Pattern PART =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|μs|ms|s|m|h)");
    private static final Pattern DURATION = Pattern.compile("[-+]?(" + PART.pattern() + ")++");
    private static final Map<String, Long> NANOSECONDS =
            Map.of(
                    "ns",
                    1L,
                    "us",
                    1_000L,
                    "µs",
                    1_000L,
                    "μs",
                    1_000L,
                    "ms",
                    1_000_000L,
                    "s",
                    1_000_000_000L,
                    "m",
                    60_000_000_000L,
                    "h",
                    3_600_000_000_000L);
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int MAX_LENGTH = 60;

    @Override
    public Optional<String> complaint(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.of("is too long for a duration");
        }
        BigDecimal nanoseconds = null;
        if (SECONDS.matcher(text).matches()) {
            nanoseconds = new BigDecimal(text).movePointRight(9);
        } else if (DURATION.matcher(text).matches()) {
            nanoseconds = nanoseconds(text);
        }
        if (nanoseconds == null || nanoseconds.abs().compareTo(MAX) >= 0) {
            return Optional.of(quoted(text) + " must be a duration such as 10, 500ms or 1m30s");
        }
        return nanoseconds.compareTo(BigDecimal.valueOf(min)) < 0
                ? Optional.of(
                        quoted(text) + (min > 0 ? " must be above 0" : " must not be negative"))
                : Optional.empty();
    }

    private static BigDecimal nanoseconds(String text) {
        BigDecimal sum = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long unit = NANOSECONDS.getOrDefault(part.group(2), 0L);
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
        }
        return text.startsWith("-") ? sum.negate() : sum;
    }
}
