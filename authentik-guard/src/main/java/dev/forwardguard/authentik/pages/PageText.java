package dev.forwardguard.authentik.pages;

/** What a page of this guard is about. Advice is for people who have never heard of authentik. */
public enum PageText {
    /** Nobody has logged in yet; read by whoever closes the browser's dialog. */
    CHALLENGE(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment. If you have been given an emergency user and"
                    + " password (Emergency Access), try again and enter them. Otherwise please wait: your"
                    + " usual login will work here again once the login service is back."),
    /** Read by whoever closes the dialog after a wrong password. */
    WRONG_PASSWORD(
            Title.UNAVAILABLE,
            "That user and password are not known to Emergency Access. The password of your usual login"
                    + " does not work here: enter the emergency user and password, and mind upper and lower"
                    + " case."),
    /** Too many wrong passwords from one address. */
    THROTTLED(
            Title.UNAVAILABLE,
            "There were too many wrong passwords from your network address. Wait a minute, then try again"
                    + " once with the right emergency user and password. Other addresses are not affected."),
    /** More passwords wait for their check than can be. */
    BUSY(
            Title.UNAVAILABLE,
            "More people are logging in than can be checked at once. Please try again in a few seconds."),
    /** Emergency Access without credentials. */
    NO_USERS(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment, and Emergency Access has no users, so nobody can"
                    + " log in. Please wait until the login service is back, or tell whoever runs this site."),
    /** Asked without TLS. */
    INSECURE(
            Title.UNAVAILABLE,
            "The usual login does not work at the moment, and Emergency Access needs HTTPS, so that nobody"
                    + " can read your password on its way. Open this address with https://"),
    /** The login pages of the outpost. */
    OUTPOST_UNAVAILABLE(
            Title.UNAVAILABLE,
            "The login service is not available, so you cannot log in or out in the usual way at the moment."
                    + " Please try again in a minute."),
    /** Malformed, or larger than anything that is sent on purpose. */
    UNREADABLE(
            "This request cannot be read",
            "It is malformed, or its headers are larger than 256 KiB. Deleting the cookies of this site may"
                    + " help."),
    /** The guard has no room for it. */
    OVERLOADED(
            Title.UNAVAILABLE,
            "authentik-guard has more to do than it can. Please try again in a few seconds."),
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

    private static final class Title {
        private static final String UNAVAILABLE = "Single sign-on is unavailable";
    }
}
