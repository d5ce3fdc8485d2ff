package dev.forwardguard.edge.routes.syntax;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** URLs as Go's net/url reads them, with a host. They may hold a password, so none is repeated. */
final class Urls {
    /** Possessive: otherwise a long one needs a deep stack. */
    private static final String PATH = "(?:[^\\p{Cntrl}\\s#%]|%[0-9A-Fa-f]{2})*+";

    private static final Pattern URL =
            Pattern.compile(
                    "(?<scheme>[a-z0-9]+)://(?<host>[^/?@]+?)(:(?<port>[0-9]{1,5}))?([/?]"
                            + PATH
                            + ")?");
    private static final Pattern RELATIVE = Pattern.compile("/([^/]" + PATH + ")?");

    private Urls() {}

    static Syntax absolute(String... schemes) {
        List<String> known = List.of(schemes);
        return text -> {
            Matcher url = URL.matcher(text);
            boolean valid =
                    url.matches()
                            && known.contains(url.group("scheme"))
                            && Addresses.isHost(url.group("host"))
                            && (url.group("port") == null || Addresses.isPort(url.group("port")));
            return valid
                    ? Optional.empty()
                    : Optional.of(
                            "must be a URL such as %s://10.0.0.5:8080".formatted(known.get(0)));
        };
    }

    /** A path, perhaps with a query. */
    static Optional<String> relativeComplaint(String text) {
        return RELATIVE.matcher(text).matches()
                ? Optional.empty()
                : Optional.of("must be a path such as /health");
    }
}
