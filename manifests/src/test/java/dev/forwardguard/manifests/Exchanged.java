package dev.forwardguard.manifests;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.ReceivedRequest;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What everybody saw of one request: the visitor, the application, and both auth backends.
 *
 * @param seen the values by who saw them and where, such as {@code visitor header location}
 */
record Exchanged(Map<String, List<String>> seen) {
    /** Another request has another date, address and port. */
    private static final Set<String> NEVER_EQUAL = Set.of("date", "sec-websocket-key");

    private static final String ADDRESS = "127\\.1\\.[0-9]+\\.[0-9]+";
    private static final String PORT = "(?<=^|\\.test:)[0-9]{4,5}$";

    static Exchanged nothing() {
        return new Exchanged(new TreeMap<>());
    }

    Exchanged visitor(List<RawAnswer> answers) {
        for (RawAnswer answer : answers) {
            note("visitor status", answer.status() + "");
            answer.headers().forEach(header -> note("visitor header ", header));
        }
        note("visitor body", answers.getLast().body());
        answers.getLast().trailers().forEach(trailer -> note("visitor trailer", trailer));
        return this;
    }

    Exchanged visitor(HttpResponse<byte[]> answer) {
        note("visitor status", answer.statusCode() + "");
        note("visitor body", new String(answer.body(), StandardCharsets.ISO_8859_1));
        for (Map.Entry<String, List<String>> header : answer.headers().map().entrySet()) {
            for (String value : header.getValue()) {
                note("visitor header ", new Header(header.getKey(), value));
            }
        }
        return this;
    }

    /** The requests that an application or an auth backend received. */
    Exchanged received(String who, List<ReceivedRequest> requests) {
        for (ReceivedRequest request : requests) {
            note(who + " target", request.method() + " " + request.uri());
            note(who + " body", request.body());
            request.trailers().forEach(trailer -> note(who + " trailer", trailer));
            request.headers().forEach(header -> note(who + " header ", header));
        }
        return this;
    }

    void note(String where, Header header) {
        String name = header.name().toLowerCase(Locale.ROOT);
        if (!NEVER_EQUAL.contains(name) && !name.startsWith(":")) {
            note(where + name, header.value());
        }
    }

    void note(String where, String value) {
        String text = value.replaceAll(ADDRESS, "<visitor>").replaceAll(PORT, "<port>");
        seen.computeIfAbsent(where, _ -> new ArrayList<>()).add(text);
    }

    /** All values that were seen at a place. */
    List<String> at(String place) {
        return seen.getOrDefault(place, List.of());
    }

    /** Whether the visitor got the page that authentik-guard has for one of these reasons. */
    boolean isOwnPage(Pattern reasons) {
        List<String> reason = at("visitor header x-guard-fallback");
        return reason.size() == 1
                && reasons.matcher(reason.getFirst()).matches()
                && at("visitor header cache-control").equals(List.of("no-store"))
                && at("visitor header referrer-policy").equals(List.of("no-referrer"))
                && at("visitor header content-length")
                        .equals(List.of("" + at("visitor body").getFirst().length()));
    }

    /** Whether Traefik refused an answer that was longer than it wants. */
    boolean isRefusedWithoutPage() {
        return at("visitor status").equals(List.of("401"))
                && at("visitor body").equals(List.of(""))
                && at("visitor header www-authenticate").isEmpty();
    }

    /** Everything that differs, each with what was seen here and there. */
    List<Difference> comparedWith(Exchanged other) {
        var places = new TreeSet<>(seen.keySet());
        places.addAll(other.seen.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String place : places) {
            List<String> here = at(place);
            List<String> there = other.at(place);
            if (!here.equals(there)) {
                differences.add(new Difference(place, here, there));
            }
        }
        return differences;
    }

    /** One thing that is not the same with a guard in between. */
    record Difference(String place, List<String> alone, List<String> guarded) {
        boolean isAt(String places) {
            return place.matches(places);
        }

        boolean becomes(List<String> from, List<String> to) {
            return alone.equals(from) && guarded.equals(to);
        }

        @Override
        public String toString() {
            return place + ": " + shortened(alone) + " -> " + shortened(guarded);
        }

        private static String shortened(List<String> values) {
            String text = values.toString();
            return text.length() > 120 ? text.substring(0, 120) + "…" : text;
        }
    }
}
