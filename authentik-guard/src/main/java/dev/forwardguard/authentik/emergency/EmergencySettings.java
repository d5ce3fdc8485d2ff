package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.pages.HelpUrl;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Realm;
import dev.forwardguard.settings.YamlSection;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code emergency} of {@code guard.yml}.
 *
 * @param requireHttps whether credentials are requested and accepted only if Traefik says that the
 *     visitor uses TLS
 * @param realm the name of the protection space; some browsers show it
 * @param groups what the backend gets in {@code X-authentik-groups} for users who logged in with an
 *     emergency password, unless they have groups of their own
 * @param identities what else the backend gets to know of them
 * @param deletionGrace how long users can still log in after the htpasswd file is gone
 * @param message the operator's message on every page, as plain text; may be empty
 * @param helpUrl what pages about the outage link to
 * @param challengePolicy which requests make browsers show their password dialog
 * @param form whether the page has a form for the password, which needs sessions, and the route to
 *     the guard's own pages at every host
 * @param session how long the cookie holds that a right password gets; zero for none
 * @param allowPreflight whether CORS preflights reach the application without a password
 * @param open the paths that are open to everybody
 * @param limits hashes that cost more are rejected when the htpasswd file is read, so that one line
 *     cannot stall the others
 * @param maxFailures how many wrong passwords may come from one address in a minute; 0 for no limit
 * @param replicas how many guards the visitors are spread over; each of them counts for itself, so
 *     the number of wrong passwords is divided by this one
 */
public record EmergencySettings(
        boolean requireHttps,
        Realm realm,
        List<String> groups,
        Identities identities,
        Duration deletionGrace,
        String message,
        Optional<HelpUrl> helpUrl,
        ChallengePolicy challengePolicy,
        boolean form,
        Duration session,
        boolean allowPreflight,
        OpenPaths open,
        HashLimits limits,
        int maxFailures,
        int replicas) {

    private static final int LONGEST_MESSAGE = 1000;

    private static final Duration SHORTEST_SESSION = Duration.ofMinutes(1);

    /** A copy of the cookie cannot be taken back before it expires. */
    private static final Duration LONGEST_SESSION = Duration.ofHours(12);

    public static final EmergencySettings DEFAULTS =
            new EmergencySettings(
                    true,
                    new Realm("Emergency Access"),
                    List.of(),
                    Identities.NONE,
                    Duration.ofSeconds(30),
                    "",
                    Optional.empty(),
                    ChallengePolicy.AUTO,
                    false,
                    Duration.ofHours(1),
                    false,
                    new OpenPaths(List.of()),
                    HashLimits.DEFAULT,
                    5,
                    1);

    /**
     * Takes the section.
     *
     * @param form whether there is a form where the section does not say
     */
    public static EmergencySettings take(YamlSection section, boolean form) {
        HashLimits limits = DEFAULTS.limits;
        return new EmergencySettings(
                section.flag("require-https", DEFAULTS.requireHttps),
                section.value("realm", DEFAULTS.realm, Realm::new),
                section.texts("groups", DEFAULTS.groups, EmergencySettings::groups),
                section.people("identities", Identity::take, Identities::new),
                section.duration(
                        "deletion-grace",
                        DEFAULTS.deletionGrace,
                        Duration.ZERO,
                        Duration.ofDays(1)),
                section.value("message", DEFAULTS.message, EmergencySettings::message),
                section.value("help-url", DEFAULTS.helpUrl, text -> Optional.of(new HelpUrl(text))),
                section.choice("challenge", ChallengePolicy.class, DEFAULTS.challengePolicy),
                section.flag("form", form),
                section.durationOrOff(
                        "session", DEFAULTS.session, SHORTEST_SESSION, LONGEST_SESSION),
                section.flag("allow-preflight", DEFAULTS.allowPreflight),
                new OpenPaths(section.mappings("open", OpenPath.EXAMPLE, OpenPath::take)),
                new HashLimits(
                        section.integer("max-bcrypt-cost", limits.maxBcryptCost(), 4, 30),
                        section.integer(
                                "max-crypt-rounds", limits.maxCryptRounds(), 5000, 999_999_999)),
                section.integer("max-failures", DEFAULTS.maxFailures, 0, 1_000_000),
                section.integer("replicas", DEFAULTS.replicas, 1, 100));
    }

    /**
     * How many wrong passwords may come from one address in a minute at this replica: its part of
     * {@link #maxFailures}, rounded down, but at least one; 0 for no limit.
     */
    public int maxFailuresPerReplica() {
        return maxFailures == 0 ? 0 : Math.max(1, maxFailures / replicas);
    }

    /** What the backend gets to know of a user. */
    public Identity identity(String user) {
        return identities.of(user).withDefault(groups);
    }

    private static String message(String text) {
        if (text.length() > LONGEST_MESSAGE
                || text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
            throw new IllegalArgumentException(
                    "must be at most " + LONGEST_MESSAGE + " characters of plain text");
        }
        return text;
    }

    private static List<String> groups(List<String> groups) {
        for (String group : groups) {
            if (group.isBlank() || !group.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '|')) {
                throw new IllegalArgumentException("must be printable ASCII without '|': " + group);
            }
        }
        return List.copyOf(groups);
    }
}
