package dev.forwardguard.authentik.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.outcome.FallbackReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class PageRendererTest {
    private static final RequestId ID = new RequestId("0123456789abcdef");
    private static final FallbackReason REASON = FallbackReason.CIRCUIT_OPEN;
    private static final Optional<HelpUrl> NO_HELP = Optional.empty();

    private static Page html(String notice) {
        return render(PageRenderer.HTML, PageText.CHALLENGE, REASON, notice);
    }

    private static Page render(
            PageRenderer form, PageText kind, FallbackReason reason, String notice) {
        return form.page(
                kind, Optional.of(reason), PageAction.TryAgain.RELOAD, notice, NO_HELP, ID);
    }

    private static String body(Page page) {
        return new String(page.body(), UTF_8);
    }

    static Stream<PageAction> actions() {
        return Stream.of(
                PageAction.TryAgain.RELOAD,
                new PageAction.SignIn(
                        "/sign-in", "/" + "'".repeat(799), PageAction.TryAgain.RELOAD),
                new PageAction.SignOut("/sign-out"),
                new PageAction.None());
    }

    static Stream<Arguments> kindsAndReasons() {
        return Arrays.stream(PageText.values())
                .flatMap(
                        kind ->
                                Arrays.stream(FallbackReason.values())
                                        .map(reason -> arguments(kind, reason)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndReasons")
    void showsReasonAdviceAndRequestId(PageText kind, FallbackReason reason) {
        String text = body(render(PageRenderer.TEXT, kind, reason, "Call Eve."));

        assertThat(text)
                .startsWith(kind.title() + "\n")
                .contains(kind.advice(), "Call Eve.")
                .contains(ReasonText.of(reason) + " (" + reason.label() + ")")
                .endsWith("Request: 0123456789abcdef\n")
                .doesNotContain("{{");
        assertThat(body(render(PageRenderer.HTML, kind, reason, "Call Eve.")))
                .contains("<title>" + kind.title() + "</title>", "Call Eve.", ID.value())
                .contains("(" + reason.label() + ")")
                .doesNotContain("{{");
    }

    /** Also writes each page to {@code target/pages}, to be looked at. */
    @ParameterizedTest
    @EnumSource
    void staysBelow3KiB(PageText kind) throws IOException {
        Page page = render(PageRenderer.HTML, kind, REASON, "");

        assertThat(page.body()).hasSizeLessThan(3_072);
        Path directory = Files.createDirectories(Path.of("target", "pages"));
        Files.write(directory.resolve(kind.name().toLowerCase(Locale.ROOT) + ".html"), page.body());
    }

    /** Traefik turns a longer body into a 401 without a page. */
    @ParameterizedTest
    @EnumSource
    void staysBelow16KiBWithLongestOperatorNotice(PageText kind) {
        String costliest =
                IntStream.rangeClosed(0, Character.MAX_VALUE)
                        .mapToObj(Character::toString)
                        .max(Comparator.comparingInt(c -> html(c).body().length))
                        .orElseThrow();
        var longestId = new RequestId("x".repeat(64));
        String notice = costliest.repeat(1_000);
        String site = "https://x/?";
        var longest = new HelpUrl(site + "'".repeat(HelpUrl.MAX_CHARACTERS - site.length()));

        for (PageRenderer form : List.of(PageRenderer.HTML, PageRenderer.TEXT)) {
            actions()
                    .forEach(
                            action ->
                                    assertThat(
                                                    form.page(
                                                                    kind,
                                                                    Optional.of(
                                                                            FallbackReason
                                                                                    .LOGIN_DOWN),
                                                                    action,
                                                                    notice,
                                                                    Optional.of(longest),
                                                                    longestId)
                                                            .body())
                                            .hasSizeLessThan(Relay.MAX_BODY_BYTES));
        }
        assertThat(html(notice).body()).hasSizeGreaterThan(6_000);
    }

    @ParameterizedTest
    @MethodSource("actions")
    void offersWhatThereIsToDo(PageAction action) {
        Page page =
                PageRenderer.HTML.page(PageText.SIGN_IN, Optional.empty(), action, "", NO_HELP, ID);

        String body = body(page);
        assertThat(body).doesNotContain("{{", "Reason", "\"/\"/");
        assertThat(body.contains("<form ")).isEqualTo(action.isForm());
        assertThat(page.headers().get("Content-Security-Policy"))
                .contains(action.isForm() ? "form-action 'self' https:;" : "form-action 'none';");
        assertThat(page.headers().get("Referrer-Policy"))
                .isEqualTo(action.isForm() ? "same-origin" : "no-referrer");
        assertThat(
                        body(
                                PageRenderer.TEXT.page(
                                        PageText.SIGN_IN,
                                        Optional.empty(),
                                        action,
                                        "",
                                        NO_HELP,
                                        ID)))
                .doesNotContain("<", "{{", "Reason");
    }

    @Test
    void escapesOperatorNotice() {
        String notice = "<script>alert(\"1\")</script> & 'so' on";

        assertThat(body(html(notice)))
                .contains(
                        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;so&#x27; on")
                .doesNotContain("<script");
        assertThat(body(render(PageRenderer.TEXT, PageText.CHALLENGE, REASON, notice)))
                .contains(notice);
    }

    @Test
    void expandsNoPlaceholdersInNotice() {
        assertThat(body(html("{{request}} $1 \\"))).contains("{{request}} $1 \\");
    }

    private static String withHelp(PageRenderer form, PageText kind, String url) {
        return body(
                form.page(
                        kind,
                        Optional.of(REASON),
                        PageAction.TryAgain.RELOAD,
                        "",
                        Optional.of(new HelpUrl(url)),
                        ID));
    }

    /** In a new tab: back from it in the same one, browsers would ask for the password again. */
    @Test
    void linksToHelpEscaped() {
        String url = "https://help.example.com/a'b(c)?d=1&e=$1";

        assertThat(withHelp(PageRenderer.HTML, PageText.SIGN_IN, url))
                .containsOnlyOnce(
                        "<a href=\"https://help.example.com/a&#x27;b(c)?d=1&amp;e=$1\""
                                + " target=\"_blank\" rel=\"noopener noreferrer\">");
        assertThat(withHelp(PageRenderer.TEXT, PageText.SIGN_IN, url))
                .containsOnlyOnce("\nWhat now? " + url + "\n");
    }

    @ParameterizedTest
    @EnumSource
    void linksToHelpWhereThePageIsAboutTheOutage(PageText kind) {
        boolean aboutRequest =
                kind.title().startsWith("This request ") && kind != PageText.FOREIGN_FORM;

        for (PageRenderer form : List.of(PageRenderer.HTML, PageRenderer.TEXT)) {
            String page = withHelp(form, kind, "https://help.example.com");

            assertThat(page.contains("What now?")).isNotEqualTo(aboutRequest);
            assertThat(page).doesNotContain("{{");
            assertThat(body(render(form, kind, REASON, ""))).doesNotContain("What now?");
        }
    }

    @Test
    void keepsContentSecurityPolicyWithHelp() {
        var help = Optional.of(new HelpUrl("https://help.example.com/"));
        Page page =
                PageRenderer.HTML.page(
                        PageText.SIGN_IN,
                        Optional.of(REASON),
                        PageAction.TryAgain.RELOAD,
                        "",
                        help,
                        ID);

        assertThat(page.headers()).isEqualTo(html("").headers());
    }

    @Test
    void matchesContentSecurityPolicy() throws Exception {
        Page page = html("");
        String body = body(page);
        String style = body.substring(body.indexOf("<style>") + 7, body.indexOf("</style>"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8));

        assertThat(page.headers().get("Content-Security-Policy"))
                .isEqualTo(
                        "default-src 'none'; style-src 'sha256-"
                                + Base64.getEncoder().encodeToString(digest)
                                + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        assertThat(body)
                .doesNotContain("http://", "//", "src=", "url(", "<link", "style=", "<script");
        assertThat(style).contains("prefers-color-scheme:dark");
        assertThat(body).contains("name=\"viewport\"");
    }

    @Test
    void setsPrivacyHeaders() {
        for (PageRenderer renderer : new PageRenderer[] {PageRenderer.HTML, PageRenderer.TEXT}) {
            Page page = render(renderer, PageText.CHALLENGE, REASON, "");

            assertThat(page.headers().get("Vary")).isEqualTo("Accept, Sec-Fetch-Mode");
            assertThat(page.headers().get("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(page.headers().get("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(page.headers().get("X-Request-Id")).isEqualTo(ID.value());
            assertThat(page.headers().get("Content-Security-Policy"))
                    .startsWith("default-src 'none'; ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void usesExpectedTitles(PageText kind) {
        assertThat(kind.title())
                .isEqualTo(
                        switch (kind) {
                            case UNREADABLE -> "This request cannot be read";
                            case UNREADABLE_FORM -> "This form cannot be read";
                            case ALIASED, FOREIGN_FORM -> "This request is not accepted";
                            case SIGN_OUT, SIGNED_OUT -> "Emergency Access";
                            case TOO_LARGE -> "This request cannot be answered";
                            case REFUSED_AT_LENGTH -> "This request was refused";
                            default -> "Single sign-on is unavailable";
                        });
    }
}
