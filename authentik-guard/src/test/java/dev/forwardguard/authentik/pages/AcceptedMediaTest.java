package dev.forwardguard.authentik.pages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class AcceptedMediaTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Chromium, Firefox, Safari
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8 | true",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8                       | true",
                "TEXT/HTML                             | true",
                "text/html;level=1;q=0.1               | true",
                "text/html;q=0.001                     | true",
                "text/html;q=1.000                     | true",
                "text/plain;q=0.5, text/html           | true",
                "text/plain, text/html                 | true",
                "text/html;q=0.4, text/plain;q=0.5     | false",
                "text/html;q=0                         | false",
                "text/html;q=0.000, */*                | false",
                "text/html;q=0.0001                    | false",
                "text/html;q=                          | false",
                "text/html;q=2                         | false",
                "text/html;q=high                      | false",
                "text/html;q=0.5;q=0                   | true",
                "text/html;q=00                        | false",
                "text/html;q=1.001                     | false",
                "text/html;q=-1                        | false",
                "text/html;q=.5                        | false",
                "text/html;q=1.                        | true",
                "text/html ; Q=0.3, text/plain;q=0.2   | true",
                "*/*                                   | false",
                "text/*                                | false",
                "image/avif,image/webp,*/*;q=0.8       | false",
                "application/json                      | false",
                "text/htmlx                            | false",
                "xtext/html                            | false",
                ",,;;,=                                | false",
                "''                                    | false"
            })
    void prefersHtmlIfAccepted(String accept, boolean html) {
        assertThat(AcceptedMedia.of(List.of(accept)).prefersHtml()).isEqualTo(html);
    }

    @Test
    void prefersTextWithoutAccept() {
        assertThat(AcceptedMedia.of(List.of()).prefersHtml()).isFalse();
    }

    @Test
    void combinesSeveralAcceptHeaders() {
        assertThat(AcceptedMedia.of(List.of("image/png", "text/html")).prefersHtml()).isTrue();
    }

    @Test
    void readsFirst64Ranges() {
        String others = "image/png,".repeat(63);

        assertThat(AcceptedMedia.of(List.of(others + "text/html")).prefersHtml()).isTrue();
        assertThat(AcceptedMedia.of(List.of("," + others + "text/html")).prefersHtml()).isFalse();
        assertThat(AcceptedMedia.of(List.of(others, "text/html")).prefersHtml()).isFalse();
        assertThat(AcceptedMedia.of(List.of("text/html," + others + others)).prefersHtml())
                .isTrue();
    }

    @Test
    void ignoresRangeThatEndsAfter8KiB() {
        String html = "text/html;level=1";
        String filler = " ".repeat(AcceptedMedia.MAX_CHARACTERS - html.length() - 2) + ",";

        assertThat(AcceptedMedia.of(List.of(filler + html)).prefersHtml()).isTrue();
        assertThat(AcceptedMedia.of(List.of(filler + html + " ")).prefersHtml()).isFalse();
        assertThat(AcceptedMedia.of(List.of(filler, " ", html)).prefersHtml()).isFalse();
    }
}
