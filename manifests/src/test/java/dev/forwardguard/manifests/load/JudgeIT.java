package dev.forwardguard.manifests.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Head;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tests that the soak test would detect violations. */
class JudgeIT {
    private static final Duration SOON = Duration.ofMillis(10);
    private static final Duration LIMIT = Duration.ofMillis(1_250);
    private static final Header LOGGED_IN = new Header("X-authentik-username", Judge.USER);

    private final Judge open = new Judge(Kind.BOT_BLOCK, LIMIT);
    private final Judge closed = new Judge(Kind.AUTHENTIK, LIMIT);

    @Test
    void acceptsVerdictOfThisRequest() {
        TrackedRequest request = answered(Credentials.NONE, "q1", 403);

        assertThat(objection(open, request, answer(403, "q1", List.of()))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"403, q2", "200, q1"})
    void rejectsVerdictOfOtherRequestOrOtherStatus(int status, String verdict) {
        TrackedRequest request = answered(Credentials.NONE, "q1", 403);

        assertThat(objection(open, request, answer(status, verdict, List.of()))).isNotNull();
    }

    @Test
    void rejectsVerdictThatWasNeverGiven() {
        var request = new TrackedRequest("q1", Credentials.NONE);
        request.recordFault("answers with garbage");

        assertThat(objection(open, request, answer(200, "q1", List.of()))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "reset, 200, true",
        "reset, 401, false",
        "reset, 503, false",
        "internal_error, 200, false",
        "bad_request, 200, false"
    })
    void requiresBotBlockGuardToFailOpen(String reason, int status, boolean right) {
        var request = new TrackedRequest("q1", Credentials.NONE);

        String objection = objection(open, request, fallback(status, reason));

        assertThat(objection == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, 401, true",
        "NONE, 200, false",
        "WRONG, 401, true",
        "WRONG, 429, true",
        "WRONG, 200, false",
        "RIGHT, 200, true",
        "RIGHT, 503, true",
        "RIGHT_IN_CLEAR, 403, true",
        "RIGHT_IN_CLEAR, 200, false",
        "NONE, 302, false"
    })
    void requiresAuthentikGuardToFailClosed(Credentials credentials, int status, boolean right) {
        var request = new TrackedRequest("q1", credentials);

        String objection = objection(closed, request, fallback(status, "reset", LOGGED_IN));

        assertThat(objection == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"502, true", "401, false", "200, false"})
    void requiresAuthentikGuardToRefuseTooLargeResponse(int status, boolean right) {
        var request = new TrackedRequest("q1", Credentials.RIGHT);

        String objection =
                objection(closed, request, fallback(status, "response_too_large", LOGGED_IN));

        assertThat(objection == null).isEqualTo(right);
    }

    @Test
    void rejectsLoginAsAnotherUser() {
        var request = new TrackedRequest("q1", Credentials.RIGHT);
        var other = new Header("X-authentik-username", "somebody");

        assertThat(objection(closed, request, fallback(200, "reset", other))).isNotNull();
    }

    @Test
    void rejectsFallbackAfterGoodVerdict() {
        TrackedRequest request = answered(Credentials.NONE, "q1", 403);

        assertThat(objection(open, request, fallback(200, "protocol_error"))).isNotNull();
        assertThat(objection(open, request, fallback(200, "deadline"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1250, 0, true", "1251, 0, false", "1300, 60, true", "1300, 40, false"})
    void rejectsLateResponseUnlessStalled(int millis, int stalled, boolean right) {
        var request = new TrackedRequest("q1", Credentials.NONE);

        String objection =
                open.objection(
                        request,
                        fallback(200, "deadline"),
                        true,
                        Duration.ofMillis(millis),
                        Duration.ofMillis(stalled));

        assertThat(objection == null).isEqualTo(right);
    }

    private static @Nullable String objection(
            Judge judge, TrackedRequest request, RawAnswer answer) {
        return judge.objection(request, answer, true, SOON, Duration.ZERO);
    }

    private static TrackedRequest answered(Credentials credentials, String verdict, int status) {
        var request = new TrackedRequest("q1", credentials);
        request.recordVerdict(Answer.of(status).with(TrackedRequest.VERDICT, verdict).body("body"));
        return request;
    }

    private static RawAnswer answer(int status, String verdict, List<Header> more) {
        List<Header> headers = new ArrayList<>(more);
        headers.add(new Header(TrackedRequest.VERDICT, verdict));
        return raw(status, headers);
    }

    private static RawAnswer fallback(int status, String reason, Header... more) {
        List<Header> headers = new ArrayList<>(List.of(more));
        headers.add(new Header("X-Guard-Fallback", reason));
        return raw(status, headers);
    }

    private static RawAnswer raw(int status, List<Header> headers) {
        var head = new Head("", "HTTP/1.1 " + status + " ", headers);
        return new RawAnswer(head, "body", SOON, false);
    }
}
