package dev.forwardguard.authentik.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.outcome.FallbackReason;

import io.micronaut.http.util.HtmlEntityEncodingHtmlSanitizer;
import io.micronaut.http.util.HtmlSanitizer;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Renders all pages in one form: HTML or plain text. */
public final class PageRenderer {
    private static final HtmlSanitizer ENTITIES = new HtmlEntityEncodingHtmlSanitizer();

    public static final PageRenderer TEXT =
            new PageRenderer(
                    Template.resource("page.txt"),
                    "text/plain; charset=utf-8",
                    text -> text,
                    Template.of("Reason: {{reason}} ({{label}})\n"),
                    Template.of("What now? {{help}}\n"),
                    Actions.NONE);
    public static final PageRenderer HTML =
            new PageRenderer(
                    Template.resource("page.html"),
                    "text/html; charset=utf-8",
                    text -> requireNonNull(ENTITIES.sanitize(text)),
                    Template.of("<dt>Reason</dt><dd>{{reason}} ({{label}})</dd>\n"),
                    Template.resource("help.html"),
                    new Actions(
                            Template.resource("try-again.html"),
                            Template.resource("sign-in.html"),
                            Template.resource("sign-out.html")));

    private final UnaryOperator<String> escaping;
    private final Template help;
    private final Actions actions;
    private final HttpHeaders headers;
    private final HttpHeaders formHeaders;
    private final Map<PageText, Template> templates = new EnumMap<>(PageText.class);
    private final Map<FallbackReason, String> reasons = new EnumMap<>(FallbackReason.class);

    private PageRenderer(
            Template template,
            String contentType,
            UnaryOperator<String> escaping,
            Template because,
            Template help,
            Actions actions) {
        this.escaping = escaping;
        this.help = help;
        this.actions = actions;
        for (PageText kind : PageText.values()) {
            Map<String, String> texts =
                    Map.of(
                            "title", escaping.apply(kind.title()),
                            "advice", escaping.apply(kind.advice()));
            templates.put(kind, template.with(texts));
        }
        for (FallbackReason reason : FallbackReason.values()) {
            Map<String, String> texts =
                    Map.of(
                            "reason", escaping.apply(ReasonText.of(reason)),
                            "label", reason.label());
            reasons.put(reason, because.filled(texts));
        }
        // Without a Referer browsers send a form with "Origin: null" (Fetch, section 3.2), and the
        // guard could not tell that it comes from the site itself. Chromium also applies the policy
        // to where the page redirects that the form leads to: to the login, for example.
        this.formHeaders = headers(contentType, policy(template, "'self' https:"), "same-origin");
        this.headers = headers(contentType, policy(template, "'none'"), "no-referrer");
    }

    private static HttpHeaders headers(String contentType, String policy, String referrers) {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, policy)
                // the challenge in the response may depend on Sec-Fetch-Mode
                .set(HttpHeaderNames.VARY, "Accept, Sec-Fetch-Mode")
                .set("Referrer-Policy", referrers)
                .set("X-Content-Type-Options", "nosniff");
    }

    /**
     * Renders a page.
     *
     * @param reason why there is no verdict, if the page is about that
     * @param help what a page about the outage links to
     */
    public Page page(
            PageText kind,
            Optional<FallbackReason> reason,
            PageAction action,
            String notice,
            Optional<HelpUrl> help,
            RequestId id) {
        String body =
                requireNonNull(templates.get(kind))
                        .filled(
                                Map.of(
                                        "because",
                                                reason.map(reasons::get)
                                                        .map(Objects::requireNonNull)
                                                        .orElse(""),
                                        "action", actions.render(action, escaping),
                                        "notice", escaping.apply(notice),
                                        "help", link(kind, help),
                                        "request", id.value()));
        HttpHeaders own = (action.isForm() ? formHeaders : headers).copy();
        own.set(RequestId.HEADER, id.value());
        return new Page(own, body.getBytes(UTF_8));
    }

    private String link(PageText kind, Optional<HelpUrl> url) {
        return url.filter(_ -> kind.isAboutOutage())
                .map(found -> help.filled(Map.of("help", escaping.apply(found.value()))))
                .orElse("");
    }

    /** The parts of a page that have something to do on them. */
    private record Actions(Template tryAgain, Template signIn, Template signOut) {
        private static final Template NOTHING = Template.of("");
        private static final Actions NONE = new Actions(NOTHING, NOTHING, NOTHING);

        String render(PageAction action, UnaryOperator<String> escaping) {
            return switch (action) {
                case PageAction.TryAgain(var address) ->
                        tryAgain.filled(Map.of("address", escaping.apply(address)));
                case PageAction.SignIn(var address, var page, var otherwise) ->
                        signIn.filled(
                                        Map.of(
                                                "address", escaping.apply(address),
                                                "page", escaping.apply(page)))
                                + render(otherwise, escaping);
                case PageAction.SignOut(var address) ->
                        signOut.filled(Map.of("address", escaping.apply(address)));
                case PageAction.None() -> "";
            };
        }
    }

    /**
     * Forbids all loading and all scripts; allows only the style in the template, by its hash.
     *
     * @param formAction where a form may go
     */
    private static String policy(Template template, String formAction) {
        String text = template.parts().toString();
        int from = text.indexOf("<style>");
        String style =
                from < 0
                        ? ""
                        : " style-src 'sha256-"
                                + sha256(text.substring(from + 7, text.indexOf("</style>")))
                                + "';";
        return "default-src 'none';"
                + style
                + " base-uri 'none'; form-action "
                + formAction
                + "; frame-ancestors 'none'";
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
