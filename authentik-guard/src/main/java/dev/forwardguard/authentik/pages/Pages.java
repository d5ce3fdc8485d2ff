package dev.forwardguard.authentik.pages;

import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.Optional;

/**
 * The pages under some settings.
 *
 * @param message the operator's message on every page, as plain text; may be empty
 * @param help the operator's page about what to do in an outage
 */
public record Pages(String message, Optional<HelpUrl> help) {
    /** The page for a client with these request headers: HTML if it prefers that, or else text. */
    public Page of(PageText kind, FallbackReason reason, HttpHeaders headers, RequestId id) {
        return of(kind, Optional.of(reason), PageAction.TryAgain.RELOAD, headers, id);
    }

    /** Whether a client with these request headers gets HTML, and not text. */
    public static boolean areHtmlFor(HttpHeaders headers) {
        return AcceptedMedia.of(headers.getAll(HttpHeaderNames.ACCEPT)).prefersHtml();
    }

    /**
     * The same, with something else to do than to reload it.
     *
     * @param reason why there is no verdict, if there has to be one
     */
    public Page of(
            PageText kind,
            Optional<FallbackReason> reason,
            PageAction action,
            HttpHeaders headers,
            RequestId id) {
        PageRenderer form = areHtmlFor(headers) ? PageRenderer.HTML : PageRenderer.TEXT;
        return form.page(kind, reason, action, message, help, id);
    }
}
