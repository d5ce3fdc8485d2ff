package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.emergency.session.PageLoad;

import io.netty.handler.codec.http.HttpHeaders;

/** Which requests make a browser show its password dialog; {@code emergency.challenge}. */
public enum ChallengePolicy {
    /**
     * {@link #NAVIGATION} with emergency sessions, {@link #ALWAYS} without: there, browsers forget
     * the password at some background requests, and would not ask for it again.
     */
    AUTO,
    /** All requests. */
    ALWAYS,
    /**
     * Only requests that open a page. The background requests of an open application get a
     * challenge with a scheme that no browser knows, so that no dialog covers the application.
     */
    NAVIGATION,
    /** None: people use the form on the page. Where there is no form, {@link #ALWAYS}. */
    NEVER;

    /**
     * Whether a request opens no dialog.
     *
     * @param sessions whether there are emergency sessions
     * @param form whether the page has a form for the password
     */
    boolean isSilentFor(HttpHeaders headers, boolean sessions, boolean form) {
        return switch (this) {
            case AUTO -> sessions && PageLoad.isBackground(headers);
            case ALWAYS -> false;
            case NAVIGATION -> PageLoad.isBackground(headers);
            case NEVER -> form;
        };
    }

    /**
     * A challenge as the value of {@code WWW-Authenticate} that opens no dialog. A 401 must have
     * one (RFC 9110 section 15.5.2), and browsers ignore schemes that they do not know.
     */
    static String silent(String challenge) {
        return "x" + challenge;
    }
}
