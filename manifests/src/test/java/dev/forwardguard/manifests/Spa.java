package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.ReceivedRequest;

/**
 * A single-page application that answers what a browser's scripts send: who the user is, and what
 * the application got in {@code Authorization}.
 */
final class Spa {
    /** What the application asks for by itself. */
    static final String OWN_PASSWORD = "Basic YXBwOm93bg=="; // app:own

    private Spa() {}

    static Behaviour all() {
        Behaviour sites = Sites.all();
        return (dialogue, request) -> {
            if (request.header("Upgrade").isPresent()) {
                sites.answer(dialogue, request);
            } else {
                Behaviour.answers(answer(request)).answer(dialogue, request);
            }
        };
    }

    private static Answer answer(ReceivedRequest request) {
        String user = request.header("X-authentik-username").orElse("nobody");
        String sent = request.header("Authorization").orElse("nothing");
        if (request.header("Host").orElse("").startsWith("authentik.")) {
            return page(Sites.LOGIN_TITLE, "");
        }
        return switch (request.uri().replaceFirst("[?].*", "")) {
            case "/api" -> Answer.of(200).body(user + " with " + sent);
            case "/denied" -> Answer.of(401).with("WWW-Authenticate", "Bearer").body("the app's");
            case "/bare" -> Answer.of(401).body("the app's");
            case "/events" ->
                    Answer.of(200)
                            .with("Content-Type", "text/event-stream")
                            .body("data: hello " + user + "\n\n");
            case "/form" -> page("Application", user + " sent " + request.body());
            case "/worker.js" ->
                    script(
                            "fetch('/api').then(got => got.text())"
                                    + ".then(text => postMessage(text));");
            case "/service-worker.js" ->
                    script(
                            "addEventListener('install', () => skipWaiting());"
                                    + "addEventListener('activate', event =>"
                                    + " event.waitUntil(clients.claim()));"
                                    + "addEventListener('fetch', event =>"
                                    + " event.respondWith(fetch(event.request)));");
            case "/basic" ->
                    sent.equals(OWN_PASSWORD)
                            ? page("Application", "own password")
                            : Answer.of(401)
                                    .with("WWW-Authenticate", "Basic realm=\"the app\"")
                                    .with("Content-Type", "text/html")
                                    .body("the app's own");
            default -> page("Application", "Hello " + user);
        };
    }

    private static Answer script(String text) {
        return Answer.of(200).with("Content-Type", "text/javascript").body(text);
    }

    private static Answer page(String title, String body) {
        return Answer.of(200)
                .with("Content-Type", "text/html")
                .with("Cache-Control", "no-store")
                .body(
                        "<title>"
                                + title
                                + "</title><link rel=icon href='data:,'><body>"
                                + body
                                + "</body>");
    }
}
