package dev.forwardguard.load;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Decides whether a guard's response is right. */
final class Judge {
    /** The user of the right password. */
    static final String USER = "soak";

    private static final Set<Integer> REFUSALS = Set.of(401, 403, 429, 503);
    private static final Set<Integer> UNREADABLE = Set.of(400, 408, 414, 431);

    /** Pages of the guard instead of one of the outpost. */
    private static final Set<Integer> PAGES_OF_THE_GUARD = Set.of(408, 502, 503, 504);

    /** Reasons about the upstream's response itself, not about time, load or the connection. */
    private static final Set<String> ABOUT_THE_RESPONSE =
            Set.of("protocol_error", "response_too_large", "bad_status");

    private final Kind kind;
    private final Duration limit;

    /**
     * @param limit how long a response may take
     */
    Judge(Kind kind, Duration limit) {
        this.kind = kind;
        this.limit = limit;
    }

    Duration limit() {
        return limit;
    }

    /**
     * Says what is wrong with a response, or returns null.
     *
     * @param readable whether the guard can parse the request at all
     * @param stall how long the guard or this program waited for a processor meanwhile
     */
    @Nullable String objection(
            TrackedRequest request,
            RawAnswer answer,
            boolean readable,
            Duration took,
            Duration stall) {
        if (took.compareTo(limit.plus(stall)) > 0) {
            return "answered after " + took.toMillis() + " ms";
        }
        String reason = answer.header("X-Guard-Fallback").orElse(null);
        if (reason == null) {
            return request.hasVerdict(answer)
                    ? null
                    : "relayed a response that is not the upstream's to this request";
        }
        if (reason.equals("internal_error") || (readable && reason.equals("bad_request"))) {
            return reason;
        }
        if (ABOUT_THE_RESPONSE.contains(reason) && request.hasOnlyVerdicts()) {
            return reason + " after a good verdict";
        }
        return kind.failsOpen() ? failsOpen(answer) : failsClosed(request, answer, reason);
    }

    /**
     * Says what is wrong with a response to a request that is passed through, or returns null.
     * After a fault of the upstream it may be whatever the upstream sent, but not another's.
     */
    @Nullable String objectionToPage(TrackedRequest request, RawAnswer answer) {
        if (request.hasPage(answer)) {
            return null;
        }
        List<String> verdicts = answer.headers(TrackedRequest.VERDICT);
        if (verdicts.isEmpty()) {
            return request.hasFaults() || PAGES_OF_THE_GUARD.contains(answer.status())
                    ? null
                    : answer.status() + " from neither the upstream nor the guard";
        }
        boolean own = verdicts.stream().allMatch(of -> of.startsWith(request.number() + "/"));
        return request.hasFaults() && own
                ? null
                : "passed a response through that is not the upstream's to this request";
    }

    /**
     * Says what is wrong with a response to an attacker, or returns null. The upstream allows none
     * of their auth requests.
     *
     * @param request null if what was sent is not a complete request
     */
    @Nullable String objectionToAttacker(@Nullable RawRequest request, RawAnswer answer) {
        List<String> verdicts = answer.headers(TrackedRequest.VERDICT);
        if (!verdicts.isEmpty() && (request == null || !verdicts.equals(numbersOf(request)))) {
            return "gave an attacker another's response";
        }
        boolean isPage = request != null && !request.uri().equals(kind.path());
        boolean passed = isPage && !verdicts.isEmpty();
        if (answer.status() / 100 != 2 || passed) {
            return null;
        }
        boolean failedOpen = kind.failsOpen() && answer.header("X-Guard-Fallback").isPresent();
        return failedOpen ? null : "allowed an attacker";
    }

    private static List<String> numbersOf(RawRequest request) {
        return request.headers().stream()
                .filter(header -> header.name().equals(TrackedRequest.NUMBER))
                .map(Header::value)
                .toList();
    }

    private static @Nullable String failsOpen(RawAnswer answer) {
        return answer.status() == 200 ? null : "did not fail open but answered " + answer.status();
    }

    private static @Nullable String failsClosed(
            TrackedRequest request, RawAnswer answer, String reason) {
        int status = answer.status();
        if (reason.equals("bad_request")) {
            return UNREADABLE.contains(status) ? null : status + " to an unreadable request";
        }
        if (reason.equals("response_too_large")) {
            return status == 502 ? null : status + " instead of a response that is too large";
        }
        if (status == 200) {
            boolean right = request.credentials() == TrackedRequest.Credentials.RIGHT;
            boolean named = answer.headers("X-authentik-username").equals(List.of(USER));
            return right && named ? null : "allowed without a verdict and the right password";
        }
        return REFUSALS.contains(status) ? null : "did not refuse but answered " + status;
    }
}
