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
import java.util.function.UnaryOperator;

/** Renders all pages in one form: HTML or plain text. */
public final class PageRenderer {
    private static final HtmlSanitizer ENTITIES = new HtmlEntityEncodingHtmlSanitizer();

    public static final PageRenderer TEXT =
            new PageRenderer(
                    Template.resource("page.txt"), "text/plain; charset=utf-8", text -> text);
    public static final PageRenderer HTML =
            new PageRenderer(
                    Template.resource("page.html"),
                    "text/html; charset=utf-8",
                    text -> requireNonNull(ENTITIES.sanitize(text)));

    private final UnaryOperator<String> escaping;
    private final HttpHeaders headers = new DefaultHttpHeaders();
    private final Map<PageText, Template> templates = new EnumMap<>(PageText.class);
    private final Map<FallbackReason, String> reasons = new EnumMap<>(FallbackReason.class);

    private PageRenderer(Template template, String contentType, UnaryOperator<String> escaping) {
        this.escaping = escaping;
        for (PageText kind : PageText.values()) {
            Map<String, String> texts =
                    Map.of(
                            "title", escaping.apply(kind.title()),
                            "advice", escaping.apply(kind.advice()));
            templates.put(kind, template.with(texts));
        }
        for (FallbackReason reason : FallbackReason.values()) {
            reasons.put(reason, escaping.apply(ReasonText.of(reason)));
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, policy(template));
        // the challenge in the response may depend on Sec-Fetch-Mode
        headers.set(HttpHeaderNames.VARY, "Accept, Sec-Fetch-Mode");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("X-Content-Type-Options", "nosniff");
    }

    public Page page(PageText kind, FallbackReason reason, String notice, RequestId id) {
        String body =
                requireNonNull(templates.get(kind))
                        .filled(
                                Map.of(
                                        "reason", requireNonNull(reasons.get(reason)),
                                        "label", reason.label(),
                                        "notice", escaping.apply(notice),
                                        "request", id.value()));
        HttpHeaders own = headers.copy();
        own.set(RequestId.HEADER, id.value());
        return new Page(own, body.getBytes(UTF_8));
    }

    /** Forbids all loading and all scripts; allows only the style in the template, by its hash. */
    private static String policy(Template template) {
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
                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
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
