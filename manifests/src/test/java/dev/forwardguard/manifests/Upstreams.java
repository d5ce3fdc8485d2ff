package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.ReceivedRequest;

import java.io.OutputStream;
import java.util.List;

/** Healthy behaviour of the stubs behind the guards and the gateway. */
final class Upstreams {
    static final String LOGIN = "https://authentik.example.com/application/o/authorize/";
    static final String SESSION = "authentik_proxy_session=";
    static final List<String> COOKIES =
            List.of(
                    "authentik_proxy_state=1; Path=/; HttpOnly",
                    "authentik_proxy_return=2; Path=/");

    /** A response header that only the application sends. */
    static final String FROM_APPLICATION = "X-Application";

    private Upstreams() {}

    /** Whether a guard asks for itself, to see whether its upstream is well. */
    static boolean isProbe(ReceivedRequest request) {
        return request.header("User-Agent").filter("forward-guard probe"::equals).isPresent();
    }

    /** Blocks crawlers, over HTTP/1.0 with one request per connection. */
    static Behaviour poisonFountain() {
        return (dialogue, request) -> {
            boolean bot = request.header("User-Agent").orElse("").contains("GPTBot");
            Behaviour.answersUntilClose(bot ? 403 : 200, List.of(), "").answer(dialogue, request);
        };
    }

    /** Recognizes the session cookie. */
    static Behaviour outpost() {
        return (dialogue, request) -> Behaviour.answers(verdict(request)).answer(dialogue, request);
    }

    private static Answer verdict(ReceivedRequest request) {
        boolean session = request.header("Cookie").orElse("").contains(SESSION);
        String path = request.uri().replaceFirst("\\?.*", "");
        if (path.startsWith("/outpost.goauthentik.io/auth/envoy")) {
            return session ? Identity.ADA.verdict() : login();
        }
        return switch (path.substring("/outpost.goauthentik.io/".length())) {
            case "auth/traefik", "auth/caddy" -> session ? Identity.ADA.verdict() : login();
            case "auth/nginx" -> session ? Identity.ADA.verdict() : Answer.of(401);
            case "start" -> login();
            case "callback" ->
                    Answer.of(302)
                            .with("Location", "/")
                            .with("Set-Cookie", SESSION + "new; Path=/");
            case "sign_out" ->
                    Answer.of(302)
                            .with("Location", LOGIN)
                            .with("Set-Cookie", SESSION + "; Path=/; Max-Age=0");
            default -> Answer.of(404);
        };
    }

    private static Answer login() {
        Answer redirect = Answer.of(302).with("Location", LOGIN + "?state=1");
        for (String cookie : COOKIES) {
            redirect = redirect.with("Set-Cookie", cookie);
        }
        return redirect;
    }

    /** Answers "hello"; after a WebSocket handshake it echoes all bytes. */
    static Behaviour application() {
        return (dialogue, request) -> {
            boolean webSocket = request.header("Upgrade").isPresent();
            Answer answer =
                    webSocket
                            ? Answer.of(101)
                                    .with("Upgrade", "websocket")
                                    .with("Connection", "Upgrade")
                            : Answer.of(200).with(FROM_APPLICATION, "yes").body("hello");
            dialogue.send(answer.wire());
            if (webSocket) {
                OutputStream back = dialogue.socket().getOutputStream();
                dialogue.socket().getInputStream().transferTo(back);
                dialogue.close();
            }
        };
    }
}
