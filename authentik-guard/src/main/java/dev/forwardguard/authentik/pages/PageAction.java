package dev.forwardguard.authentik.pages;

/** What a visitor can do on a page. Plain text offers nothing. */
public sealed interface PageAction {
    /**
     * Open a page.
     *
     * @param address absolute, or empty for that of this page
     */
    record TryAgain(String address) implements PageAction {
        /** Load the page that was asked for again. */
        public static final TryAgain RELOAD = new TryAgain("");
    }

    /**
     * Sign in with an emergency password.
     *
     * @param address that takes the form
     * @param page where to go then: path and query
     * @param otherwise what people do who have no emergency password
     */
    record SignIn(String address, String page, TryAgain otherwise) implements PageAction {}

    /**
     * End the emergency session.
     *
     * @param address that takes the form
     */
    record SignOut(String address) implements PageAction {}

    /** Nothing. */
    record None() implements PageAction {}

    /** Whether the browser sends something to the site. */
    default boolean isForm() {
        return this instanceof SignIn || this instanceof SignOut;
    }
}
