package dev.forwardguard.load;

import java.util.List;

/**
 * One of the two guards, as the load programs need to know it.
 *
 * @param program the name of the guard
 * @param path the path of its auth requests
 * @param failsOpen whether it allows requests without a verdict
 * @param verdicts statuses of its upstream that are verdicts
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
