package dev.forwardguard.authentik.pages;

/** What a page is about. The advice is for people who have never heard of authentik. */
public enum PageText {
    /** No login yet; visitors see this page when they close the browser's dialog. */
    CHALLENGE(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment. If you have been given an emergency user and"
                    + " password (Emergency Access), try again and enter them. If your browser does not"
                    + " ask for them, allow cookies for this site, and reload the page with the Shift key"
                    + " held down. Otherwise please wait: your usual login will work here again once the"
                    + " login service is back."),
    /** The same, with a form on the page. */
    SIGN_IN(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment. If you have been given an emergency user and"
                    + " password (Emergency Access), enter them here; your browser has to accept cookies"
                    + " for this site. Otherwise please wait: your usual login will work here again once the"
                    + " login service is back."),
    /** Visitors see this page when they close the dialog after a wrong password. */
    WRONG_PASSWORD(
            Title.UNAVAILABLE,
            "That user and password are not known to Emergency Access. The password of your usual login"
                    + " does not work here: enter the emergency user and password, and mind upper and lower"
                    + " case."),
    /** The browser sent the password of somebody who has signed out. */
    SIGNED_OUT_BEFORE(
            Title.UNAVAILABLE,
            "You have signed out of Emergency Access. Browsers keep the password until it is refused once, which"
                    + " has just been done. To sign in again, enter the emergency user and password once more."),
    /** Somebody may end the emergency session. */
    SIGN_OUT(
            Title.EMERGENCY,
            "Signing out ends Emergency Access to this site in this browser. It does not end it at other"
                    + " sites."),
    /** Somebody has ended it. */
    SIGNED_OUT(
            Title.EMERGENCY,
            "You have signed out of Emergency Access to this site. Pages that are open may still show what they"
                    + " had loaded: close them."),
    /** A form that was sent in another way than the page sends it, or did not arrive. */
    UNREADABLE_FORM(
            "This form cannot be read",
            "Go back, reload the page, and enter the emergency user and password again."),
    /** A form that did not come from the site itself. */
    FOREIGN_FORM(
            "This request is not accepted",
            "It did not come from a page of this site. Open the site in a new window, and sign in or out"
                    + " there."),
    /** Too many wrong passwords from one address. */
    THROTTLED(
            Title.UNAVAILABLE,
            "There were too many wrong passwords from your network address. Wait a minute, then try again"
                    + " once with the right emergency user and password. Other addresses are not affected."),
    /** More passwords are waiting than the guard can check. */
    BUSY(
            Title.UNAVAILABLE,
            "More people are logging in than can be checked at once. Please try again in a few seconds."),
    /** Emergency Access has no users. */
    NO_USERS(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment, and Emergency Access has no users, so nobody can"
                    + " log in. Please wait until the login service is back, or tell whoever runs this site."),
    /** The request came without TLS. */
    INSECURE(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment, and Emergency Access needs HTTPS, so that nobody"
                    + " can read your password on its way. Open this address with https://"),
    /** The outpost is unavailable, and there is no fallback. */
    OUTPOST_UNAVAILABLE(
            Title.UNAVAILABLE,
            "The login service is not available, so you cannot log in or out in the usual way at the moment."
                    + " Please try again in a minute."),
    /** Malformed, or larger than any legitimate request. */
    UNREADABLE(
            "This request cannot be read",
            "It is malformed, or its headers are larger than 256 KiB or more than 200 lines. Deleting the cookies of"
                    + " this site may help."),
    /** A header that applications may take for one of authentik's. */
    ALIASED(
            "This request is not accepted",
            "One of its headers looks like those that tell an application who is logged in, but is spelled in"
                    + " another way. Browsers send no such header: remove it from the program that sent this"
                    + " request."),
    /** The response to this request is larger than any legitimate one. */
    TOO_LARGE(
            "This request cannot be answered",
            "The login service's response to it is too large. A shorter address, or deleting the cookies of"
                    + " this site, may help."),
    /** The login service refused the request, and its own page is too long to be sent on. */
    REFUSED_AT_LENGTH(
            "This request was refused",
            "The login service did not let it pass, and its own page about that is too long to be shown here."
                    + " Go back and try again, or open the address of this site without anything after it."),
    /** The guard has no capacity for the request. */
    OVERLOADED(
            Title.UNAVAILABLE,
            "authentik-guard has more requests than it can handle. Please try again in a few seconds."),
    /** A bug. */
    INTERNAL_ERROR(
            Title.UNAVAILABLE,
            "authentik-guard failed on this request. Please try again; if it happens again, tell whoever runs"
                    + " this site. The log says why.");

    private final String title;
    private final String advice;

    PageText(String title, String advice) {
        this.title = title;
        this.advice = advice;
    }

    String title() {
        return title;
    }

    String advice() {
        return advice;
    }

    /**
     * Whether it is about the outage or about Emergency Access, and not about a request that would
     * be refused without an outage, too.
     */
    boolean isAboutOutage() {
        return switch (this) {
            case UNREADABLE, ALIASED, TOO_LARGE, REFUSED_AT_LENGTH -> false;
            default -> true;
        };
    }

    private static final class Title {
        private static final String UNAVAILABLE = "Single sign-on is unavailable";
        private static final String EMERGENCY = "Emergency Access";
    }
}
