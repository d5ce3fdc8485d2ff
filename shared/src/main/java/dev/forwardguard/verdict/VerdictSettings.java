package dev.forwardguard.verdict;

import dev.forwardguard.settings.YamlSection;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * For how long an allow is used again. Both are off by default.
 *
 * @param reuse how old an allow may be to be the answer to another request of the same session;
 *     zero to ask each time
 * @param surviveOutage how old the last allow of a session may be to hold while there is no
 *     verdict; zero to let nobody in by it
 * @param sessionCookies the beginnings of the names of the cookies that tell sessions apart
 */
public record VerdictSettings(Duration reuse, Duration surviveOutage, Set<String> sessionCookies) {
    /** A page is loaded in this time; a disabled user or a revoked session goes on for as long. */
    private static final Duration LONGEST_REUSE = Duration.ofSeconds(10);

    /** An outage is noticed and mended in this time, or people log in another way. */
    private static final Duration LONGEST_SURVIVAL = Duration.ofHours(1);

    /** RFC 6265 section 4.1.1. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final int MOST_NAMES = 16;

    public VerdictSettings {
        sessionCookies = Set.copyOf(sessionCookies);
    }

    /**
     * Nothing is remembered.
     *
     * @param sessionCookie the beginning of the names of session cookies
     */
    public static VerdictSettings off(String sessionCookie) {
        return new VerdictSettings(Duration.ZERO, Duration.ZERO, Set.of(sessionCookie));
    }

    /**
     * Takes the keys out of a section. An absent key keeps its default.
     *
     * @throws dev.forwardguard.settings.InvalidSettingsException with the line and the key of the
     *     first mistake
     */
    public static VerdictSettings take(YamlSection section, VerdictSettings defaults) {
        return new VerdictSettings(
                section.duration("reuse", defaults.reuse, Duration.ZERO, LONGEST_REUSE),
                section.duration(
                        "survive-outage", defaults.surviveOutage, Duration.ZERO, LONGEST_SURVIVAL),
                section.texts(
                        "session-cookies", defaults.sessionCookies, VerdictSettings::cookies));
    }

    private static Set<String> cookies(List<String> beginnings) {
        if (beginnings.isEmpty() || beginnings.size() > MOST_NAMES) {
            throw new IllegalArgumentException("must be 1 to " + MOST_NAMES + " names of cookies");
        }
        for (String beginning : beginnings) {
            if (!TOKEN.matcher(beginning).matches()) {
                throw new IllegalArgumentException(
                        "must be beginnings of names of cookies: " + beginning);
            }
        }
        return new LinkedHashSet<>(beginnings);
    }

    /** Whether nothing is remembered. */
    public boolean areOff() {
        return reuse.isZero() && surviveOutage.isZero();
    }

    /** The age at which a verdict is of no use any more. */
    Duration longest() {
        return reuse.compareTo(surviveOutage) > 0 ? reuse : surviveOutage;
    }

    /** Whether the cookie in this range, without blanks before it, is one of the session. */
    boolean isOfSession(String cookies, int start, int end) {
        for (String beginning : sessionCookies) {
            if (cookies.startsWith(beginning, start) && beginning.length() <= end - start) {
                return true;
            }
        }
        return false;
    }
}
