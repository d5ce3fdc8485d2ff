package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/** Which cookies go back: all of a refusal, and of an allow those of {@code relay-cookies}. */
public abstract class RelayedCookiesContract extends AgainstStubUpstream {
    private static final List<String> COOKIES =
            List.of(
                    "session=1; Path=/; HttpOnly",
                    "Session=2; Priority=High",
                    "other=session=3",
                    "session",
                    "session=4; Max-Age=0");

    protected RelayedCookiesContract(GuardKind kind) {
        super(kind);
    }

    private void answers(int status) {
        upstream.behaves(
                Behaviour.answers(
                        status,
                        COOKIES.stream().map(value -> new Header("Set-Cookie", value)).toList(),
                        ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204, 299})
    void noneOfAnAllow(int status) throws IOException {
        answers(status);

        RawAnswer answer = ask();

        assertRelayed(answer, status);
        assertThat(answer.headers("Set-Cookie")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 429})
    void allOfARefusal(int status) throws IOException {
        answers(status);

        assertThat(ask().headers("Set-Cookie")).isEqualTo(COOKIES);
    }

    @Test
    void ofAnAllowThoseThatAreNamedWithoutRestart() throws IOException {
        answers(200);
        String named = settings() + "\nrelay-cookies: [session, absent]\n";
        try (var live = RunningGuard.start(named, Visitor.HTPASSWD)) {
            assertThat(cookies(live.http())).containsExactly(COOKIES.getFirst(), COOKIES.getLast());

            live.files().settings(settings());

            Eventually.until("no cookies", () -> cookies(live.http()).isEmpty());
        }
    }

    private List<String> cookies(RawHttp http) throws IOException {
        return http.ask(kind.authRequest()).headers("Set-Cookie");
    }
}
