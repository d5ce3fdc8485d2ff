package dev.forwardguard.authentik.emergency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.Username;
import dev.forwardguard.settings.YamlSection;

import java.util.List;
import java.util.Optional;

/**
 * What a backend gets to know of an emergency user, besides the user name: one of {@code
 * emergency.identities}.
 *
 * @param email may be empty
 * @param name may be empty
 * @param groups their own, if they have any, an empty list of their own included
 */
public record Identity(String email, String name, Optional<List<String>> groups) {
    /** Of somebody about whom nothing is said. */
    static final Identity NONE = new Identity("", "", Optional.empty());

    /** The longest value, and all groups together: a gateway may take only 4 KiB of headers. */
    private static final int MAX_BYTES = 1024;

    private static final String GROUP_SEPARATOR = "|";

    /**
     * Takes the section of a user.
     *
     * @param user must be a name that an htpasswd file can have
     */
    static Identity take(String user, YamlSection section) {
        if (!Username.isUsable(user)) {
            throw new IllegalArgumentException("must be a name that an htpasswd file can have");
        }
        return new Identity(
                section.value("email", "", Identity::headerValue),
                section.value("name", "", Identity::headerValue),
                section.texts("groups", Optional.empty(), Identity::groups));
    }

    private static Optional<List<String>> groups(List<String> groups) {
        for (String group : groups) {
            if (group.isEmpty() || group.contains(GROUP_SEPARATOR)) {
                throw new IllegalArgumentException("must not be empty or contain '|'");
            }
            headerValue(group);
        }
        headerValue(String.join(GROUP_SEPARATOR, groups));
        return Optional.of(List.copyOf(groups));
    }

    /** RFC 9110 §5.5: white space around a value is lost in transit. */
    private static String headerValue(String text) {
        boolean visible =
                text.codePoints().allMatch(Identity::isVisible) && text.equals(text.strip());
        if (!visible || text.getBytes(UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "must be visible characters, without a blank around them, of at most "
                            + MAX_BYTES
                            + " bytes");
        }
        return text;
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            // names are written with joiners, in Persian for instance
            case Character.FORMAT -> codePoint == 0x200C || codePoint == 0x200D;
            default -> true;
        };
    }

    /** With these groups, if there are none of their own. */
    Identity withDefault(List<String> all) {
        return groups.isPresent() ? this : new Identity(email, name, Optional.of(all));
    }

    /** The value of the header with the groups. */
    public String joinedGroups() {
        return String.join(GROUP_SEPARATOR, groups.orElse(List.of()));
    }

    /** Never contains the values. */
    @Override
    public String toString() {
        return "Identity";
    }
}
