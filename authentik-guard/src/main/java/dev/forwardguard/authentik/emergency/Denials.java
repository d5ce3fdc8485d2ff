package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.session.EmergencyCookie;
import dev.forwardguard.authentik.emergency.session.EmergencySessions;
import dev.forwardguard.authentik.emergency.session.PageAddress;
import dev.forwardguard.authentik.pages.PageAction;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.authentik.pages.Pages;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Challenge;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Page;
import dev.forwardguard.outcome.FallbackReason;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The decisions that keep a visitor out: challenges and refusals.
 *
 * @param reason why there is no verdict
 * @param request the auth request for the page, also when a form was sent
 * @param settings under which the request is decided
 * @param session how long a session is; zero for none
 * @param typed whether this is about the form of the page, and not about the request for a page
 */
record Denials(
        FallbackReason reason,
        AuthRequest request,
        AuthentikSettings settings,
        EmergencySessions sessions,
        Duration session,
        boolean typed) {
    private static final int BUSY_RETRY_SECONDS = 5;

    /** More would not fit into the form's 4 KiB, percent-encoded and with user and password. */
    private static final int LONGEST_PAGE_IN_FORM = 800;

    /** There are no credentials yet. */
    Decision noCredentials() {
        return showsForm()
                ? challenge(PageText.SIGN_IN, opensNoDialog(), Optional.empty())
                : challenge(PageText.CHALLENGE, opensNoDialog(), Optional.empty());
    }

    /**
     * @param loop whether the browser sends the same wrong password again and again; asked only if
     *     it would be asked for another one
     */
    Decision wrongPassword(BooleanSupplier loop) {
        boolean quiet = opensNoDialog() || loop.getAsBoolean();
        return challenge(PageText.WRONG_PASSWORD, quiet, Optional.empty());
    }

    /**
     * The password is right, but comes from somebody who has signed out. Browsers forget it at a
     * challenge that opens their dialog, and for that the mark of the sign-out has to last.
     */
    Decision signedOut() {
        boolean quiet = opensNoDialog();
        return challenge(
                PageText.SIGNED_OUT_BEFORE,
                quiet,
                quiet ? Optional.empty() : Optional.of(EmergencyCookie.clear()));
    }

    Decision insecure() {
        return refuse(PageText.INSECURE, 403, 0);
    }

    Decision noUsers() {
        return refuse(PageText.NO_USERS, 503, 0);
    }

    /** Rounded up: a retry slightly too early would be refused again. */
    Decision throttled(Duration retryAfter) {
        return refuse(PageText.THROTTLED, 429, (int) retryAfter.plusMillis(999).toSeconds());
    }

    Decision busy() {
        return refuse(PageText.BUSY, 503, BUSY_RETRY_SECONDS);
    }

    private boolean opensNoDialog() {
        return typed
                || settings.emergency()
                        .challengePolicy()
                        .isSilentFor(request.headers(), sessions.areOn(session), hasForm());
    }

    /** The form leads to a cookie, which only a browser that uses TLS takes. */
    private boolean hasForm() {
        return settings.emergency().form()
                && sessions.areOn(session)
                && PageAddress.startPage(request.headers()).isPresent();
    }

    private boolean showsForm() {
        return hasForm() && Pages.areHtmlFor(request.headers());
    }

    /**
     * @param quiet whether no browser is to show its dialog or to try another password
     */
    private Decision challenge(PageText kind, boolean quiet, Optional<String> cookie) {
        String challenge = settings.emergency().realm().challenge();
        return new Challenge(
                reason,
                quiet ? ChallengePolicy.silent(challenge) : challenge,
                page(kind, showsForm() ? signIn() : tryAgain()),
                cookie);
    }

    private Decision refuse(PageText kind, int status, int retryAfterSeconds) {
        return new Refuse(reason, status, retryAfterSeconds, page(kind, tryAgain()));
    }

    private Page page(PageText kind, PageAction action) {
        return settings.pages()
                .of(kind, Optional.of(reason), action, request.headers(), request.id());
    }

    private PageAction signIn() {
        String page =
                page().map(PageAddress::uri)
                        .filter(uri -> uri.length() <= LONGEST_PAGE_IN_FORM)
                        .orElse("/");
        return new PageAction.SignIn(EmergencyPaths.SIGN_IN, page, tryAgain());
    }

    /** The answer to a form has the address of the form. */
    private PageAction.TryAgain tryAgain() {
        return typed
                ? page().map(PageAddress::location)
                        .map(PageAction.TryAgain::new)
                        .orElse(PageAction.TryAgain.RELOAD)
                : PageAction.TryAgain.RELOAD;
    }

    private Optional<PageAddress> page() {
        return PageAddress.of(request.headers());
    }
}
