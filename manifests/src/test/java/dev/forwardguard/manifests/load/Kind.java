package dev.forwardguard.manifests.load;

import java.util.List;

/**
 * What the load has to know about a guard.
 *
 * @param program the name of the guard
 * @param path where it is asked
 * @param failsOpen whether everybody passes without a verdict
 * @param verdicts statuses that its upstream may decide with
 */
record Kind(String program, String path, boolean failsOpen, List<Integer> verdicts) {
    static final Kind BOT_BLOCK =
            new Kind("bot-block-guard", "/auth", true, List.of(200, 204, 302, 307, 401, 403, 429));

    static final Kind AUTHENTIK =
            new Kind(
                    "authentik-guard",
                    "/outpost.goauthentik.io/auth/traefik",
                    false,
                    List.of(200, 204, 302, 400, 401, 403, 404, 500));
}
