package dev.forwardguard.load;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Command-line options with numbers, such as {@code --seconds 60}. */
record Options(Map<String, Long> numbers) {
    static Options of(Set<String> known, String... arguments) {
        Map<String, Long> numbers = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!known.contains(arguments[i]) || i + 1 == arguments.length) {
                throw new IllegalArgumentException(
                        "not an option with a number: " + arguments[i] + "; options: " + known);
            }
            numbers.put(arguments[i], Long.parseLong(arguments[i + 1]));
        }
        return new Options(numbers);
    }

    long number(String name, long otherwise) {
        return numbers.getOrDefault(name, otherwise);
    }
}
