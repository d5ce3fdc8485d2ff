package dev.forwardguard.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page for browsers. It is always the same: its script asks for the JSON and shows it as text,
 * so that nothing in it can become HTML. It loads nothing else, and its only style and script are
 * allowed by their hashes (CSP 3, section 2.3.1).
 */
final class StatusPage {
    private static final String FILE = "/status/page.html";
    private static final String HTML = read();
    private static final String POLICY =
            """
            default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; connect-src 'self'; \
            img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\
            """
                    .formatted(hashOf("style"), hashOf("script"));

    private StatusPage() {}

    static HttpResponse<String> response() {
        return HttpResponse.ok(HTML)
                .contentType("text/html; charset=utf-8")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("Content-Security-Policy", POLICY)
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff");
    }

    private static String read() {
        try (InputStream file = requireNonNull(StatusPage.class.getResourceAsStream(FILE), FILE)) {
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the only element of this name. */
    private static String hashOf(String element) {
        int from = HTML.indexOf("<" + element + ">") + element.length() + 2;
        String text = HTML.substring(from, HTML.indexOf("</" + element + ">"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
