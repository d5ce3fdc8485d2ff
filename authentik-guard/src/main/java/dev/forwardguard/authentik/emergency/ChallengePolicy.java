package dev.forwardguard.authentik.emergency;

import dev.forwardguard.htpasswd.Realm;

import io.netty.handler.codec.http.HttpHeaders;

/** Which requests make a browser ask its user for a password; {@code emergency.challenge}. */
public enum ChallengePolicy {
    /** All of them. */
    ALWAYS,
    /**
     * Only those that open a page. What an open application fetches in the background gets a
     * challenge that no browser knows, so that no dialog covers the application.
     */
    NAVIGATION;

    /**
     * The value of {@code WWW-Authenticate}. A 401 has to have one (RFC 9110 section 15.5.2), and
     * browsers pass over a scheme that they do not know.
     */
    String headerFor(Realm realm, HttpHeaders headers) {
        String mode = headers.get("Sec-Fetch-Mode", "navigate");
        boolean silent = this == NAVIGATION && !mode.equals("navigate");
        return silent ? "x" + realm : realm.toString();
    }
}
