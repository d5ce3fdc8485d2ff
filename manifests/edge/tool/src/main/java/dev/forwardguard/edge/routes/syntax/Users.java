package dev.forwardguard.edge.routes.syntax;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lines of users. They are never repeated in a complaint: half a line may be a hash or a password.
 */
final class Users {
    private static final Pattern BASIC = Pattern.compile("[^:,\\s]+:[^:,\\s]+");
    private static final Pattern DIGEST = Pattern.compile("[^:,\\s]+:[^:,]+:[0-9a-f]{32}");
    private static final Pattern HASH =
            Pattern.compile(
                    "\\$2[aby]\\$\\d\\d\\$.{53}|\\$(apr1|1)\\$[^$]{1,8}\\$.{22}|\\{SHA}.{27}=");

    private Users() {}

    /** {@code user:hash}, as {@code htpasswd} writes it. */
    static Optional<String> basicComplaint(String line) {
        if (!BASIC.matcher(line).matches()) {
            return Optional.of("must be user:hash, without a space or comma");
        }
        String hash = line.substring(line.indexOf(':') + 1);
        if (HASH.matcher(hash).matches()) {
            return Optional.empty();
        }
        return Optional.of(
                hash.startsWith("$$")
                        ? "has doubled $, as Docker Compose wants them: write each once"
                        : "has no hash that Traefik checks: write one with htpasswd -nB");
    }

    /** {@code user:realm:HA1}, as {@code htdigest} writes it. */
    static Optional<String> digestComplaint(String line) {
        return DIGEST.matcher(line).matches()
                ? Optional.empty()
                : Optional.of("must be user:realm:hash as htdigest writes it, without a comma");
    }
}
