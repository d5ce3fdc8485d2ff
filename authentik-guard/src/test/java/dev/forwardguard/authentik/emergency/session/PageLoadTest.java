package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As Chromium 156 and Firefox 153 send them. */
class PageLoadTest {
    @ParameterizedTest
    @CsvSource({
        "navigate, document, 'text/html,application/xhtml+xml', true",
        "navigate, iframe, 'text/html,application/xhtml+xml', true",
        "navigate, empty, 'text/html,application/xhtml+xml', true",
        "same-origin, empty, 'text/html,application/xhtml+xml', true",
        "same-origin, empty, */*, false",
        "same-origin, empty, 'application/json,text/html', false",
        "same-origin, worker, text/html, false",
        "cors, empty, text/html, false",
        "no-cors, image, image/avif, false",
        "websocket, websocket, */*, false"
    })
    void tellsPagesFromTheRest(String mode, String destination, String accept, boolean page) {
        HttpHeaders headers =
                new DefaultHttpHeaders()
                        .set("Sec-Fetch-Mode", mode)
                        .set("Sec-Fetch-Dest", destination)
                        .set("Accept", accept);

        assertThat(PageLoad.isByBrowser(headers)).isEqualTo(page);
        assertThat(PageLoad.isBackground(headers)).isEqualTo(!page);
    }

    /** Programs, and Firefox over plain http. */
    @Test
    void whoeverSaysNothingOpensNoPageAndIsNoBackground() {
        HttpHeaders headers = new DefaultHttpHeaders().set("Accept", "text/html");

        assertThat(PageLoad.isByBrowser(headers)).isFalse();
        assertThat(PageLoad.isBackground(headers)).isFalse();
    }
}
