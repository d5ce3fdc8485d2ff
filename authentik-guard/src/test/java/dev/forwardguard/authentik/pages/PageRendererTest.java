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
import java.util.stream.IntStream;
import java.util.stream.Stream;

class PageRendererTest {
    private static final RequestId ID = new RequestId("0123456789abcdef");
    private static final FallbackReason REASON = FallbackReason.CIRCUIT_OPEN;

    private static Page html(String notice) {
        return PageRenderer.HTML.page(PageText.CHALLENGE, REASON, notice, ID);
    }

    private static String body(Page page) {
        return new String(page.body(), UTF_8);
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
        String text = body(PageRenderer.TEXT.page(kind, reason, "Call Eve.", ID));

        assertThat(text)
                .startsWith(kind.title() + "\n")
                .contains(kind.advice(), "Call Eve.")
                .contains(ReasonText.of(reason) + " (" + reason.label() + ")")
                .endsWith("Request: 0123456789abcdef\n")
                .doesNotContain("{{");
        assertThat(body(PageRenderer.HTML.page(kind, reason, "Call Eve.", ID)))
                .contains("<title>" + kind.title() + "</title>", "Call Eve.", ID.value())
                .contains("(" + reason.label() + ")")
                .doesNotContain("{{");
    }

    /** Also writes each page to {@code target/pages}, to be looked at. */
    @ParameterizedTest
    @EnumSource
    void staysBelow3KiB(PageText kind) throws IOException {
        Page page = PageRenderer.HTML.page(kind, REASON, "", ID);

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

        for (PageRenderer form : List.of(PageRenderer.HTML, PageRenderer.TEXT)) {
            Page page = form.page(kind, FallbackReason.LOGIN_DOWN, notice, longestId);

            assertThat(page.body()).hasSizeLessThan(Relay.MAX_BODY_BYTES);
        }
        assertThat(html(notice).body()).hasSizeGreaterThan(6_000);
    }

    @Test
    void escapesOperatorNotice() {
        String notice = "<script>alert(\"1\")</script> & 'so' on";

        assertThat(body(html(notice)))
                .contains(
                        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;so&#x27; on")
                .doesNotContain("<script");
        assertThat(body(PageRenderer.TEXT.page(PageText.CHALLENGE, REASON, notice, ID)))
                .contains(notice);
    }

    @Test
    void expandsNoPlaceholdersInNotice() {
        assertThat(body(html("{{request}} $1 \\"))).contains("{{request}} $1 \\");
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
            Page page = renderer.page(PageText.CHALLENGE, REASON, "", ID);

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
                            case ALIASED -> "This request is not accepted";
                            case TOO_LARGE -> "This request cannot be answered";
                            case REFUSED_AT_LENGTH -> "This request was refused";
                            default -> "Single sign-on is unavailable";
                        });
    }
}
