package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.ReceivedRequest;

/**
 * What a browser sees of the sites: an application that shows the name of its visitor, with a page
 * of many parts and a WebSocket, and authentik's login.
 */
final class Sites {
    static final String HOME = "https://app.example.com/";
    static final String PAGE = "https://app.example.com/page";
    static final String SIGN_OUT = "https://app.example.com/outpost.goauthentik.io/sign_out";
    static final String LOGIN_TITLE = "Log in";
    static final int PARTS = 60;

    private static final String CALLBACK =
            "https://app.example.com/outpost.goauthentik.io/callback?code=1&state=1";

    private Sites() {}

    static Behaviour all() {
        return (dialogue, request) -> {
            if (request.header("Upgrade").isPresent()) {
                new WebSocketEcho().answer(dialogue, request);
            } else {
                Behaviour.answers(answer(request)).answer(dialogue, request);
            }
        };
    }

    private static Answer answer(ReceivedRequest request) {
        String user = request.header("X-authentik-username").orElse("nobody");
        if (Upstreams.LOGIN.contains(request.header("Host").orElse("nowhere"))) {
            return page(LOGIN_TITLE, "<a href='" + CALLBACK + "'>Log in</a>");
        }
        return switch (request.uri()) {
            case "/" -> page("Application", "Hello " + user);
            case "/page" -> page("Application", "Hello " + user + parts());
            default -> Answer.of(200);
        };
    }

    private static Answer page(String title, String body) {
        // without an icon the browser would request one at any time
        String head = "<title>" + title + "</title><link rel=icon href='data:,'>";
        return Answer.of(200)
                .with("Content-Type", "text/html")
                .with("Cache-Control", "no-store")
                .body(head + body);
    }

    private static String parts() {
        var parts = new StringBuilder();
        for (int part = 0; part < PARTS; part++) {
            parts.append("<img src='/part/").append(part).append("'>");
        }
        return parts.toString();
    }
}
