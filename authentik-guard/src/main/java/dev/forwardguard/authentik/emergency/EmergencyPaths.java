package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;

/** The paths on every protected domain that the guard answers itself. */
public final class EmergencyPaths {
    /** Nothing below it is passed through to the outpost, which has nothing there. */
    public static final String PREFIX = AuthentikSettings.PREFIX + "guard/";

    /** Takes the form of the emergency page. */
    public static final String SIGN_IN = PREFIX + "emergency/sign-in";

    /** Ends an emergency session. */
    public static final String SIGN_OUT = PREFIX + "emergency/sign-out";

    private static final String NGINX = AuthentikSettings.PREFIX + "auth/nginx";

    private EmergencyPaths() {}

    /**
     * Whether there can be emergency sessions at a guarded path. Not behind nginx: its {@code
     * auth_request} makes a 500 of the redirect that begins one, and shows neither the page nor the
     * cookie of a 401.
     */
    public static boolean canHaveSessions(String guardedPath) {
        return !isOfNginx(guardedPath);
    }

    /**
     * Whether anything can be open at a guarded path. Nginx sends {@code X-Original-URL}, which an
     * application may take for the path.
     */
    static boolean canHaveOpenPaths(String guardedPath) {
        return !isOfNginx(guardedPath);
    }

    /** Whether nginx asks at this guarded path. */
    public static boolean isOfNginx(String guardedPath) {
        return guardedPath.equals(NGINX);
    }
}
