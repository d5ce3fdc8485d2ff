package dev.forwardguard.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Head;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tests that the soak test would detect violations. */
class JudgeTest {
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
    @CsvSource({"200, '', true", "200, body, false", "403, body, true", "403, '', false"})
    void wantsBodyOfRefusalsOnly(int status, String body, boolean right) {
        TrackedRequest request = answered(Credentials.NONE, "q1", status);

        String objection = objection(open, request, answer(status, "q1", body));

        assertThat(objection == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"Refused., true", "'', false", "other, false"})
    void wantsShortPageForLongBody(String body, boolean right) {
        var request = new TrackedRequest("q1", Credentials.NONE);
        request.recordVerdict(
                Answer.of(403).with(TrackedRequest.VERDICT, "q1").body("x".repeat(16 * 1024 + 1)));

        String objection = objection(open, request, answer(403, "q1", body));

        assertThat(objection == null).isEqualTo(right);
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

    @ParameterizedTest
    @CsvSource({"q1, 302, true", "q1, 200, false", "q2, 302, false"})
    void acceptsPageOfTheUpstream(String verdict, int status, boolean right) {
        TrackedRequest request = answered(Credentials.NONE, "q1/1", 302);

        String objection =
                closed.objectionToPage(request, answer(status, verdict + "/1", List.of()));

        assertThat(objection == null).isEqualTo(right);
    }

    @Test
    void requiresBodyOfPageThatIsPassedThrough() {
        TrackedRequest request = answered(Credentials.NONE, "q1/1", 200);

        assertThat(closed.objectionToPage(request, answer(200, "q1/1", "body"))).isNull();
        assertThat(closed.objectionToPage(request, answer(200, "q1/1", ""))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"502, true", "503, true", "504, true", "408, true", "200, false", "401, false"})
    void acceptsErrorPageOfTheGuard(int status, boolean right) {
        TrackedRequest request = answered(Credentials.NONE, "q1/1", 302);

        assertThat(closed.objectionToPage(request, raw(status, List.of())) == null)
                .isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"q1, true", "q11, false", "q2, false"})
    void acceptsPageAfterFaultUnlessItIsAnothers(String number, boolean right) {
        var request = new TrackedRequest("q1", Credentials.NONE);
        request.recordFault("answers with two lengths");

        assertThat(closed.objectionToPage(request, raw(206, List.of()))).isNull();
        RawAnswer answer = answer(200, number + "/1", List.of());
        assertThat(closed.objectionToPage(request, answer) == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"302, true", "403, true", "200, false"})
    void requiresThatTheUpstreamsVerdictToAnAttackerIsNoAllow(int status, boolean right) {
        RawRequest request =
                RawRequest.get(Kind.AUTHENTIK.path()).with(TrackedRequest.NUMBER, "a1");

        RawAnswer answer = answer(status, "a1", List.of());

        assertThat(closed.objectionToAttacker(request, answer) == null).isEqualTo(right);
    }

    @Test
    void requiresThatAttackersGetNoResponseOfAnother() {
        RawRequest request =
                RawRequest.get(Kind.AUTHENTIK.path()).with(TrackedRequest.NUMBER, "a1");

        assertThat(closed.objectionToAttacker(request, answer(302, "a2", List.of()))).isNotNull();
        assertThat(closed.objectionToAttacker(null, answer(302, "a2", List.of()))).isNotNull();
    }

    @Test
    void letsAttackersPassOnlyIfTheGuardFailsOpen() {
        RawRequest request = RawRequest.get("/auth").with(TrackedRequest.NUMBER, "a1");

        assertThat(open.objectionToAttacker(request, fallback(200, "overload"))).isNull();
        assertThat(open.objectionToAttacker(request, raw(200, List.of()))).isNotNull();
        assertThat(closed.objectionToAttacker(request, fallback(200, "overload"))).isNotNull();
        assertThat(closed.objectionToAttacker(request, fallback(401, "overload"))).isNull();
    }

    @Test
    void letsAttackersSeePagesOfTheOutpost() {
        RawRequest page =
                RawRequest.get("/outpost.goauthentik.io/x").with(TrackedRequest.NUMBER, "a1");

        assertThat(closed.objectionToAttacker(page, answer(200, "a1", List.of()))).isNull();
        assertThat(closed.objectionToAttacker(page, answer(200, "a2", List.of()))).isNotNull();
        assertThat(closed.objectionToAttacker(page, raw(200, List.of()))).isNotNull();
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

    private static RawAnswer answer(int status, String verdict, String body) {
        return raw(status, List.of(new Header(TrackedRequest.VERDICT, verdict)), body);
    }

    private static RawAnswer fallback(int status, String reason, Header... more) {
        List<Header> headers = new ArrayList<>(List.of(more));
        headers.add(new Header("X-Guard-Fallback", reason));
        return raw(status, headers);
    }

    private static RawAnswer raw(int status, List<Header> headers) {
        return raw(status, headers, "body");
    }

    private static RawAnswer raw(int status, List<Header> headers, String body) {
        var head = new Head("", "HTTP/1.1 " + status + " ", headers);
        return new RawAnswer(head, body, SOON, false);
    }
}
