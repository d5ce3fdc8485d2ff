package dev.forwardguard.settings;

import io.netty.util.AsciiString;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The cookies of an allow that go back to the gateway. By default none does: Traefik rewrites all
 * cookies of the application, and drops some, as soon as the auth response sets any.
 *
 * @param names exact names, upper and lower case included
 */
public record RelayedCookies(Set<String> names) {
    /** No cookie of an allow goes back. */
    public static final RelayedCookies NONE = new RelayedCookies(Set.of());

    /** RFC 6265 section 4.1.1. Traefik ignores cookies with any other name. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    public RelayedCookies {
        names = Set.copyOf(names);
    }

    /** Checks names that an operator has written. */
    static Set<String> valid(List<String> names) {
        for (String name : names) {
            if (!TOKEN.matcher(name).matches()) {
                throw new IllegalArgumentException("must be names of cookies: " + name);
            }
        }
        return new LinkedHashSet<>(names);
    }

    /**
     * Whether one of them is set.
     *
     * @param setCookie the value of a {@code Set-Cookie} field
     */
    public boolean include(CharSequence setCookie) {
        if (names.isEmpty()) {
            return false;
        }
        int end = AsciiString.indexOf(setCookie, '=', 0);
        return end >= 0 && names.contains(setCookie.subSequence(0, end).toString().strip());
    }
}
