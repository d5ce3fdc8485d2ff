package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kinds of answers of the application; by name. */
final class ApplicationAnswers {
    /** What Traefik rewrites or drops once the answer to an auth request has a cookie, too. */
    static final List<String> COOKIES =
            List.of(
                    "own=1; Path=/; Priority=High",
                    "name=\u00c3\u00a4",
                    "novalue",
                    "bad name=1",
                    "usual=1; Path=/; HttpOnly");

    private static final String HINT = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";

    private ApplicationAnswers() {}

    /** The healthy answer with odd cookies. */
    static Answer withCookies() {
        Answer answer = Answer.of(200).body("hello");
        for (String cookie : COOKIES) {
            answer = answer.with("Set-Cookie", cookie);
        }
        return answer;
    }

    static Map<String, Behaviour> all() {
        Map<String, Behaviour> all = new LinkedHashMap<>();
        all.put("application's cookies", Behaviour.answers(withCookies()));
        all.put(
                "application's body of 1 MiB",
                Behaviour.answers(Answer.of(200).body("x".repeat(1 << 20))));
        all.put("application's 304", Behaviour.answers(Answer.of(304).with("ETag", "\"1\"")));
        all.put("application's 500", Behaviour.answers(Answer.of(500).body("failed")));
        all.put("application's 503", Behaviour.answers(Answer.of(503).with("Retry-After", "7")));
        all.put("application's 103", Behaviour.answersRaw(HINT + Answer.of(200).wire()));
        all.put(
                "application's trailers",
                Behaviour.answersRaw(
                        Answer.of(200)
                                        .with("Transfer-Encoding", "chunked")
                                        .with("Trailer", "X-Sum")
                                        .head()
                                + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"));
        all.put("application that closes", Behaviour.closesBeforeAnswer());
        return all;
    }
}
