package dev.forwardguard.authentik.emergency;

import dev.forwardguard.htpasswd.Realm;

import io.netty.handler.codec.http.HttpHeaders;

/** Which requests make a browser show its password dialog; {@code emergency.challenge}. */
public enum ChallengePolicy {
    /** All requests. */
    ALWAYS,
    /**
     * Only requests that open a page. The background requests of an open application get a
     * challenge with a scheme that no browser knows, so that no dialog covers the application.
     */
    NAVIGATION;

    /**
     * The value of {@code WWW-Authenticate}. A 401 must have one (RFC 9110 section 15.5.2), and
     * browsers ignore schemes that they do not know.
     */
    String headerFor(Realm realm, HttpHeaders headers) {
        String mode = headers.get("Sec-Fetch-Mode", "navigate");
        boolean silent = this == NAVIGATION && !mode.equals("navigate");
        return silent ? "x" + realm.challenge() : realm.challenge();
    }
}
