package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.ReceivedRequest;

import java.util.List;

/** A user's identity, as authentik's twelve identity headers. */
record Identity(List<Header> headers) {
    static final Identity ADA =
            new Identity(
                    List.of(
                            new Header("X-authentik-username", "ada"),
                            new Header("X-authentik-groups", "editors|readers"),
                            new Header("X-authentik-entitlements", "reports"),
                            new Header("X-authentik-email", "ada@example.com"),
                            new Header("X-authentik-name", "Ada Lovelace"),
                            new Header("X-authentik-uid", "0a1b2c3d"),
                            new Header("X-authentik-jwt", "e30." + "j".repeat(20_000)),
                            new Header(
                                    "X-authentik-meta-jwks", "https://authentik.example.com/jwks/"),
                            new Header("X-authentik-meta-outpost", "outpost"),
                            new Header("X-authentik-meta-provider", "provider"),
                            new Header("X-authentik-meta-app", "app"),
                            new Header("X-authentik-meta-version", "goauthentik.io/outpost/test")));

    /** The outpost's verdict on a request with a session. */
    Answer verdict() {
        return new Answer(200, headers, "");
    }

    /**
     * The identity headers that an application received with a value, in the outpost's spelling.
     */
    static Identity receivedWith(ReceivedRequest request) {
        return new Identity(
                ADA.headers.stream()
                        .flatMap(
                                header ->
                                        request.headers(header.name()).stream()
                                                .map(value -> new Header(header.name(), value)))
                        .filter(header -> !header.value().isEmpty())
                        .toList());
    }
}
