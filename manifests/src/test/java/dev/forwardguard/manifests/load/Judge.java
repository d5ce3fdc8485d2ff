package dev.forwardguard.manifests.load;

import dev.forwardguard.testing.RawAnswer;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Says what is wrong with an answer of a guard. */
final class Judge {
    /** As whom the right password logs in. */
    static final String USER = "soak";

    private static final Set<Integer> REFUSALS = Set.of(401, 403, 429, 503);
    private static final Set<Integer> UNREADABLE = Set.of(400, 414, 431);

    /** Reasons that say something about the answer, and not about time, load or the connection. */
    private static final Set<String> ABOUT_THE_ANSWER =
            Set.of("protocol_error", "response_too_large", "bad_status");

    private final Kind kind;
    private final Duration limit;

    /**
     * @param limit how long an answer may take
     */
    Judge(Kind kind, Duration limit) {
        this.kind = kind;
        this.limit = limit;
    }

    Duration limit() {
        return limit;
    }

    /**
     * What is wrong, or null.
     *
     * @param readable whether the guard can read the request at all
     * @param stall for how long this machine let nobody work meanwhile
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
            return request.got(answer) ? null : "relayed what the upstream did not say to it";
        }
        if (reason.equals("internal_error") || (readable && reason.equals("bad_request"))) {
            return reason;
        }
        if (ABOUT_THE_ANSWER.contains(reason) && request.gotOnlyVerdicts()) {
            return reason + " after a good verdict";
        }
        return kind.failsOpen()
                ? failsOpen(answer)
                : failsClosed(request, answer, reason.equals("bad_request"));
    }

    private static @Nullable String failsOpen(RawAnswer answer) {
        return answer.status() == 200 ? null : "did not fail open but said " + answer.status();
    }

    private static @Nullable String failsClosed(
            TrackedRequest request, RawAnswer answer, boolean unreadable) {
        int status = answer.status();
        if (unreadable) {
            return UNREADABLE.contains(status) ? null : status + " to what it cannot read";
        }
        if (status == 200) {
            boolean right = request.credentials() == TrackedRequest.Credentials.RIGHT;
            boolean named = answer.headers("X-authentik-username").equals(List.of(USER));
            return right && named ? null : "let somebody in without verdict and password";
        }
        return REFUSALS.contains(status) ? null : "did not refuse but said " + status;
    }
}
