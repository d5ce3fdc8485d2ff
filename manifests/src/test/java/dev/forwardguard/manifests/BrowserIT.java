package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.StubUpstream;
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
import java.util.Map;

/**
 * An outage as seen in a browser, over TLS and behind Traefik. Writes screenshots to {@code
 * target/pictures}.
 */
class BrowserIT {
    private static final Path PICTURES = Path.of("target", "pictures");
    private static final String UNAVAILABLE = "Single sign-on is unavailable";

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

    /** Starts a new browser without cookies or cache. */
    @BeforeEach
    void open() throws IOException {
        fixture.recover();
        fixture.application().behaves(Sites.all());
        browser = Browser.start(Files.createTempDirectory(directory, "browser"), fixture.gateway());
    }

    @AfterEach
    void leave() {
        browser.close();
        Eventually.until(
                "single sign-on",
                () -> fixture.ask(GatewayFixture.pageWithSession()).status() == 200);
    }

    private void hasSession() {
        browser.cookie(Sites.HOME, Upstreams.SESSION.replace("=", ""), "1");
    }

    private static void assertNoPasswordIn(StubUpstream upstream) {
        for (String password :
                List.of(GatewayFixture.EMERGENCY_PASSWORD, GatewayFixture.WRONG_PASSWORD)) {
            assertThat(upstream.requests())
                    .isNotEmpty()
                    .noneMatch(request -> request.head().raw().contains(password.substring(6)));
        }
    }

    @Test
    void showsOutageFromStartToEnd() throws IOException {
        hasSession();
        browser.open(Sites.HOME);
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(browser.prompts()).isZero();

        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            // without credentials the dialog is closed
            browser.open(Sites.HOME);
            assertThat(browser.prompts()).isEqualTo(1);
            assertThat(browser.title()).isEqualTo(UNAVAILABLE);
            assertThat(browser.text()).contains("try again and enter them", "connect_refused");
            assertThat(
                            browser.evaluate(
                                    "getComputedStyle(document.querySelector('main')).maxWidth"))
                    .as("the style that the content security policy allows")
                    .isEqualTo("544px");
            browser.photographs(PICTURES, "1-challenge", 1000, 640);
            browser.photographs(PICTURES, "1-challenge-phone", 360, 640);

            browser.typesNext("admin", "open:barley");
            browser.open(Sites.HOME);
            assertThat(browser.prompts()).isEqualTo(3);
            assertThat(browser.title()).isEqualTo(UNAVAILABLE);
            assertThat(browser.text()).contains("not known to Emergency Access");
            browser.photographs(PICTURES, "2-wrong-password", 1000, 640);

            browser.typesNext("admin", "open:sesame");
            browser.open(Sites.HOME);
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.prompts()).isEqualTo(4);
        }

        Eventually.until(
                "single sign-on",
                () -> fixture.ask(GatewayFixture.pageWithSession()).status() == 200);
        browser.open(Sites.HOME);
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(browser.prompts()).isEqualTo(4);
        assertNoPasswordIn(fixture.outpost());
        assertNoPasswordIn(fixture.application());
    }

    @Test
    void hashesOncePerPage() {
        double before = fixture.authentikGuard().logins("success");
        double session = fixture.authentikGuard().logins("session");
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            // a user of its own: what another test has logged in with is remembered
            browser.typesNext("reader", "open:sesame");
            browser.open(Sites.PAGE);
            assertThat(browser.text()).isEqualTo("Hello reader");
        }

        assertThat(fixture.authentikGuard().logins("success")).isEqualTo(before + 1);
        assertThat(fixture.authentikGuard().logins("session"))
                .isGreaterThanOrEqualTo(session + Sites.PARTS);
    }

    @Test
    void opensDialogForFetchOnlyIfConfigured() throws IOException {
        hasSession();
        browser.open(Sites.HOME);
        fixture.emergency("challenge: always");
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            String fetch = "fetch('/data').then(answer => '' + answer.status)";
            Eventually.until("the setting", () -> challengeInTheBackground().startsWith("Basic "));
            assertThat(browser.evaluate(fetch)).isEqualTo("401");
            assertThat(browser.prompts()).isEqualTo(1);

            fixture.emergency("");
            Eventually.until("the setting", () -> challengeInTheBackground().startsWith("xBasic "));
            assertThat(browser.evaluate(fetch)).isEqualTo("401");
            assertThat(browser.prompts()).isEqualTo(1);

            browser.typesNext("admin", "open:sesame");
            browser.open(Sites.HOME);
            assertThat(browser.prompts()).isEqualTo(2);
            assertThat(browser.evaluate(fetch)).isEqualTo("200");
            assertThat(browser.prompts()).isEqualTo(2);
        } finally {
            fixture.emergency("");
            Eventually.until(
                    "the setting",
                    () -> fixture.ask(GatewayFixture.pageWithSession()).status() == 200);
        }
    }

    private static String challengeInTheBackground() throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.page().with("Sec-Fetch-Mode", "cors"));
        return answer.header("WWW-Authenticate").orElse("");
    }

    @Test
    void showsOtherPages() {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            browser.open("https://app.example.com/outpost.goauthentik.io/start");
            assertThat(browser.text()).contains("cannot log in or out", "connect_refused");
            browser.photographs(PICTURES, "3-outpost-unavailable", 1000, 640);

            browser.open(
                    "http://127.0.0.1:"
                            + fixture.authentikGuard().port()
                            + "/outpost.goauthentik.io/auth/caddy");
            assertThat(browser.text()).contains("needs HTTPS");
            browser.photographs(PICTURES, "4-plain-http", 1000, 640);

            fixture.emergency("message: 'Ask Eve in room 12, or call 112.'");
            fixture.emergencyUsers(false);
            Eventually.until("no users", () -> fixture.ask(GatewayFixture.page()).status() == 503);
            Eventually.until(
                    "Eve", () -> fixture.ask(GatewayFixture.page()).body().contains("Eve"));
            browser.open(Sites.HOME);
            assertThat(browser.text()).contains("has no users", "Ask Eve in room 12");
            browser.photographs(PICTURES, "5-no-users-with-message", 1000, 640);

            browser.sends(Map.of("X-Large", "x".repeat(300 * 1024)));
            browser.open(Sites.HOME);
            assertThat(browser.title()).isEqualTo("This request cannot be read");
            browser.photographs(PICTURES, "6-unreadable", 1000, 640);
        } finally {
            fixture.emergency("");
            fixture.emergencyUsers(true);
        }
    }

    /** Not in the same tab: who comes back to it would have to begin anew. */
    @Test
    void opensHelpByKeyboardAndKeepsTheForm() {
        String help = "https://help.example.com/?a=1&b='c'";
        fixture.emergency("form: true, challenge: never, help-url: \"" + help + "\"");
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            Eventually.until(
                    "the link",
                    () ->
                            fixture.ask(GatewayFixture.page().with("Accept", "text/html"))
                                    .body()
                                    .contains("What now?"));
            browser.open(Sites.HOME);
            browser.evaluate("document.querySelector('#user').value = 'admin'");
            assertThat(leastContrast()).isGreaterThan(4.5);
            browser.photographs(PICTURES, "7-form-with-help", 390, 700);
            assertThat(leastContrast()).as("in the dark").isGreaterThan(4.5);

            browser.presses("Tab", 9);
            assertThat(browser.evaluate("document.activeElement.textContent"))
                    .isEqualTo("What now? (opens in a new tab)");
            assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
                    .as("where the focus is")
                    .isNotEqualTo("none");
            browser.presses("Enter", 13);

            Eventually.until("a new tab", () -> browser.tabs().contains(help.replace("'", "%27")));
            assertThat(browser.title()).isEqualTo(UNAVAILABLE);
            assertThat(browser.evaluate("document.querySelector('#user').value"))
                    .isEqualTo("admin");
        } finally {
            fixture.emergency("");
        }
    }

    /** Of all texts of the page to its background, as WCAG 2 calculates it. */
    private double leastContrast() {
        return Double.parseDouble(
                browser.evaluate(
                        """
                        (() => {
                          const light = color => {
                            const [r, g, b] = color.match(/\\d+/g).map(Number).map(each => each / 255)
                              .map(each => each <= .03928 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4);
                            return .2126 * r + .7152 * g + .0722 * b + .05;
                          };
                          const main = getComputedStyle(document.querySelector('main'));
                          const paper = light(main.backgroundColor);
                          return '' + Math.min(...[...document.querySelectorAll('h1, p, a, label, dt, dd')]
                            .map(each => light(getComputedStyle(each).color))
                            .map(ink => Math.max(ink, paper) / Math.min(ink, paper)));
                        })()
                        """));
    }

    /** Takes screenshots of the pages that the tests of authentik-guard have written. */
    @Test
    void photographsEveryPage() throws IOException {
        Path written = Repository.ROOT.resolve("authentik-guard/target/pages");
        assumeTrue(Files.isDirectory(written), "SKIPPED: the tests of authentik-guard did not run");
        try (var pages = Files.newDirectoryStream(written, "*.html")) {
            for (Path page : pages) {
                browser.open(page.toUri().toString());
                String name = page.getFileName().toString().replace(".html", "");
                browser.photographs(PICTURES.resolve("kinds"), name, 390, 700);
            }
        }
    }
}
