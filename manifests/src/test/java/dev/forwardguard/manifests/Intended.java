package dev.forwardguard.manifests;

import dev.forwardguard.manifests.Exchanged.Difference;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A difference that a guard is meant to make: a row of "What changes when a guard stands in
 * between" in {@code manifests/README.md}.
 */
enum Intended {
    COOKIES_AT_POISON_FOUNTAIN(
            "`Cookie` and `Authorization` at Poison Fountain",
            keptBack("Poison Fountain header (cookie|authorization)")),
    OTHER_HEADERS(
            "`Content-*`, `Expect`, `If-*`, `Proxy-*` and `Range` at both upstreams",
            keptBack(
                    "(outpost|Poison Fountain) header"
                            + " (content-.*|expect|if-.*|proxy-.*|range|te|trailer)")),
    EMERGENCY_PASSWORD(
            "An emergency password at the outpost",
            (difference, _, _) ->
                    difference.isAt("outpost header authorization")
                            && difference.becomes(
                                    List.of(GatewayFixture.EMERGENCY_PASSWORD), List.of())),
    TOKEN(
            "A visitor's own `Authorization` at the application",
            (difference, _, guarded) ->
                    difference.isAt("application header authorization")
                            && difference.alone().isEmpty()
                            && guarded.at("outpost header authorization")
                                    .equals(difference.guarded())),
    NO_VERDICT(
            "The outpost answers with a status that is no verdict", emergencyAccess("bad_status")),
    NO_ANSWER("The outpost does not answer", emergencyAccess("reset|deadline")),
    BROKEN_ANSWER(
            "The outpost's answer is cut short, ambiguous, or not HTTP/1",
            emergencyAccess("protocol_error")),
    LARGE_ANSWER(
            "The outpost sends more than 256 KiB or 1,000 fields of headers, or 1 MiB of body",
            ownPage("502", "response_too_large")),
    BOT_BLOCKER(
            "Poison Fountain gives no verdict, for any of these reasons or another error",
            (difference, alone, guarded) ->
                    (difference.isAt("application header x-guard-fallback")
                                    || (difference.isAt("(visitor|application) .*")
                                            && alone.at("application target").isEmpty()))
                            && guarded.at("visitor body").equals(List.of("hello"))
                            && !guarded.at("application header x-guard-fallback").isEmpty()),
    BODY_OF_ALLOW(
            "An allow with a body of more than 32 KiB",
            (difference, alone, guarded) ->
                    difference.isAt("(visitor|application|outpost) .*")
                            && alone.isRefusedWithoutPage()
                            && guarded.at("visitor body").equals(List.of("hello"))
                            && guarded.at("application header x-guard-fallback").isEmpty()),
    BODY_OF_REFUSAL(
            "A refusal with a body of more than 16 KiB",
            (difference, alone, guarded) ->
                    difference.isAt("visitor .*")
                            && guarded.at("visitor status").equals(List.of("403"))
                            && guarded.at("visitor body").getFirst().length() < 1_000
                            && (alone.isRefusedWithoutPage()
                                    || alone.at("visitor body").getFirst().length() > 16 << 10)),
    COOKIES_OF_ALLOW(
            "`Set-Cookie` of an allow",
            (difference, _, _) ->
                    difference.isAt("visitor header set-cookie")
                            && difference.guarded().equals(ApplicationAnswers.COOKIES)),
    HOP_BY_HOP(
            "What a refusal names in `Connection`, and its `Proxy-Authenticate`",
            keptBack("visitor header (x-hop|proxy-authenticate)")),
    BLANK(
            "A blank before the colon of an identity header",
            (difference, _, _) ->
                    difference.isAt("application header x-authentik-uid")
                            && difference.becomes(List.of(), List.of("1"))),
    LARGE_REQUEST(
            "A visitor sends more than 256 KiB or 200 lines of headers",
            (difference, alone, guarded) ->
                    ownPage("431", "bad_request").explains(difference, alone, guarded)
                            || (guarded.at("Poison Fountain target").isEmpty()
                                    && difference.isAt("(Poison Fountain|outpost) .*")
                                    && difference.guarded().isEmpty()));

    /** Whether a difference in what was exchanged is meant to be there. */
    @FunctionalInterface
    private interface Rule {
        boolean explains(Difference difference, Exchanged alone, Exchanged guarded);
    }

    private static final String CHALLENGE = OutageContract.CHALLENGE;

    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
    private final Rule rule;

    Intended(String words, Rule rule) {
        this.words = words;
        this.rule = rule;
    }

    /** The beginning of its row in the manual. */
    String words() {
        return words;
    }

    boolean explains(Difference difference, Exchanged alone, Exchanged guarded) {
        return rule.explains(difference, alone, guarded);
    }

    private static Rule keptBack(String places) {
        return (difference, _, _) -> difference.isAt(places) && difference.guarded().isEmpty();
    }

    private static Rule emergencyAccess(String reasons) {
        Rule page = ownPage("401", reasons);
        return (difference, alone, guarded) ->
                guarded.at("visitor header www-authenticate").equals(List.of(CHALLENGE))
                        && page.explains(difference, alone, guarded);
    }

    /** A page of authentik-guard, so nothing reaches the application. */
    private static Rule ownPage(String status, String reasons) {
        return (difference, _, guarded) ->
                guarded.at("visitor status").equals(List.of(status))
                        && guarded.isOwnPage(Pattern.compile(reasons))
                        && (difference.isAt("visitor .*")
                                || (difference.isAt("application .*")
                                        && difference.guarded().isEmpty()));
    }
}
