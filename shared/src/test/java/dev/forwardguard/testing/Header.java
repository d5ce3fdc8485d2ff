package dev.forwardguard.testing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One field line as it was sent: the name in its case, the value without surrounding whitespace.
 */
public record Header(String name, String value) {
    /** Whether this is its name, ignoring case. */
    public boolean is(String otherName) {
        return name.equalsIgnoreCase(otherName);
    }

    static String lines(List<Header> headers) {
        return headers.stream()
                .map(header -> header.name + ": " + header.value + "\r\n")
                .collect(Collectors.joining());
    }

    static List<String> values(List<Header> headers, String name) {
        return headers.stream().filter(header -> header.is(name)).map(Header::value).toList();
    }

    static Optional<String> first(List<Header> headers, String name) {
        return values(headers, name).stream().findFirst();
    }
}
