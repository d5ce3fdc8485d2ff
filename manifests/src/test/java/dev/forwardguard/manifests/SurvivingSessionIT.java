package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Browsers behind Traefik, some of them signed in, with {@code verdicts} of authentik-guard. */
class SurvivingSessionIT {
    private static Path directory;
    private static GatewayFixture fixture;
    private Browser browser;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        Program.installed("chromium", "chromium");
        directory = temporary;
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory);
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        fixture.recover();
        fixture.application().behaves(Sites.all());
        browser = newBrowser();
    }

    @AfterEach
    void leave() {
        browser.close();
    }

    private static Browser newBrowser() throws IOException {
        return Browser.start(Files.createTempDirectory(directory, "browser"), fixture.gateway());
    }

    private static void remember(String verdicts) throws IOException {
        String before = status();
        fixture.authentikSettings("verdicts: {" + verdicts + "}\n");
        Eventually.until("the settings", () -> !revision(status()).equals(revision(before)));
    }

    private static String status() throws IOException {
        return RawHttp.to(fixture.authentikGuard().managementPort())
                .ask(RawRequest.get("/status"))
                .body();
    }

    private static String revision(String status) {
        return status.replaceFirst("(?s).*\"settings\":\\{\"revision\":\"([^\"]*)\".*", "$1");
    }

    private void logIn() {
        browser.open(Sites.PAGE);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        browser.followLink();
        assertThat(browser.text()).isEqualTo("Hello ada");
    }

    private static int partsWith(Browser browser, int status) {
        String parts =
                "performance.getEntriesByType('resource')"
                        + ".filter(part => part.responseStatus == %d).length".formatted(status);
        return Integer.parseInt(browser.evaluate(parts));
    }

    private static List<ReceivedRequest> authRequests() {
        return fixture.outpost().requests().stream()
                .filter(request -> !Upstreams.isProbe(request))
                .toList();
    }

    /** And not sixty; a page that takes long to load costs one for each ten seconds. */
    @Test
    void pageCostsOneUpstreamRequest() throws IOException {
        remember("reuse: 10s");
        logIn();
        fixture.outpost().forget();

        browser.open(Sites.PAGE);

        assertThat(partsWith(browser, 200)).isEqualTo(Sites.PARTS);
        assertThat(authRequests()).hasSizeLessThan(5);
    }

    @Test
    void whoIsInStaysInAndNobodyElseGetsIn() throws IOException {
        remember("survive-outage: 10m");
        logIn();
        fixture.application().forget();

        try (var _ = fixture.outpostSuffers(Outage.REFUSED);
                Browser privateWindow = newBrowser()) {
            browser.open(Sites.PAGE);
            assertThat(browser.text()).isEqualTo("Hello ada");
            assertThat(partsWith(browser, 200)).isEqualTo(Sites.PARTS);
            assertThat(browser.prompts()).isZero();
            assertThat(fixture.application().requests())
                    .isNotEmpty()
                    .allMatch(SurvivingSessionIT::isMarked);

            privateWindow.open(Sites.PAGE);
            assertThat(privateWindow.text()).contains("Single sign-on is unavailable");
            assertThat(privateWindow.prompts()).isEqualTo(1);
        }

        browser.open(Sites.PAGE);
        assertThat(browser.text()).isEqualTo("Hello ada");
        browser.open(Sites.SIGN_OUT);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        browser.open(Sites.HOME);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
    }

    private static boolean isMarked(ReceivedRequest request) {
        return request.header("X-Guard-Fallback").filter("connect_refused"::equals).isPresent();
    }

    /** A sign-out that the outpost never hears of ends what the guard remembers. */
    @Test
    void signOutInOutageHolds() throws IOException {
        remember("reuse: 10s, survive-outage: 10m");
        logIn();

        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            browser.open(Sites.SIGN_OUT);
            browser.open(Sites.PAGE);

            assertThat(browser.text()).contains("Single sign-on is unavailable");
        }
    }
}
