package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.ReceivedRequest;
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
 * What somebody with a browser sees of an outage, behind Caddy and by TLS. Pictures of all of it
 * are in {@code target/pictures} afterwards.
 */
class BrowserIT {
    private static final Path PICTURES = Path.of("target", "pictures");
    private static final String PAGE = "https://app.example.com/page";
    private static final String UNAVAILABLE = "Single sign-on is unavailable";
    private static final int PARTS = 60;

    private static Path directory;
    private static GatewayFixture stage;
    private Browser browser;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        Program.installed("chromium", "chromium");
        directory = temporary;
        stage = GatewayFixture.behind(Caddy::start, directory);
    }

    @AfterAll
    static void end() {
        if (stage != null) {
            stage.close();
        }
    }

    /** A new browser, which has seen nothing yet. */
    @BeforeEach
    void open() throws IOException {
        stage.recover();
        stage.application().behaves(application());
        browser = Browser.start(Files.createTempDirectory(directory, "browser"), stage.httpsPort());
    }

    @AfterEach
    void leave() {
        browser.close();
        Eventually.until(
                "single sign-on",
                () -> stage.ask(GatewayFixture.pageWithSession()).status() == 200);
    }

    /** A page with many parts, which says who its visitor is. */
    private static Behaviour application() {
        return (dialogue, request) -> Behaviour.answers(answer(request)).answer(dialogue, request);
    }

    private static Answer answer(ReceivedRequest request) {
        if (!request.uri().equals("/page")) {
            return Answer.of(200);
        }
        String user = request.header("X-authentik-username").orElse("nobody");
        var page = new StringBuilder("<title>Application</title>Hello ").append(user);
        page.append(
                "<link rel=icon href=\"data:,\">"); // else the browser looks for one, whenever it
        // likes
        for (int part = 0; part < PARTS; part++) {
            page.append("<img src=\"/part/").append(part).append("\">");
        }
        return Answer.of(200)
                .with("Content-Type", "text/html")
                .with("Cache-Control", "no-store")
                .body(page.toString());
    }

    private void hasSession() {
        browser.cookie(PAGE, Upstreams.SESSION.replace("=", ""), "1");
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
    void anOutageFromItsBeginningToItsEnd() throws IOException {
        hasSession();
        browser.open(PAGE);
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(browser.prompts()).isZero();

        try (var _ = stage.outpostSuffers(Outage.REFUSED)) {
            // the dialog is closed
            browser.open(PAGE);
            assertThat(browser.prompts()).isEqualTo(1);
            assertThat(browser.title()).isEqualTo(UNAVAILABLE);
            assertThat(browser.text()).contains("try again and enter them", "connect_refused");
            assertThat(
                            browser.evaluate(
                                    "getComputedStyle(document.querySelector('main')).maxWidth"))
                    .as("the style that the policy lets pass")
                    .isEqualTo("544px");
            browser.photographs(PICTURES, "1-challenge", 1000, 640);
            browser.photographs(PICTURES, "1-challenge-phone", 360, 640);

            browser.typesNext("admin", "open:barley");
            browser.open(PAGE);
            assertThat(browser.prompts()).isEqualTo(3);
            assertThat(browser.title()).isEqualTo(UNAVAILABLE);
            assertThat(browser.text()).contains("not known to Emergency Access");
            browser.photographs(PICTURES, "2-wrong-password", 1000, 640);

            browser.typesNext("admin", "open:sesame");
            browser.open(PAGE);
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.prompts()).isEqualTo(4);
        }

        Eventually.until(
                "single sign-on",
                () -> stage.ask(GatewayFixture.pageWithSession()).status() == 200);
        browser.open(PAGE);
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(browser.prompts()).isEqualTo(4);
        assertNoPasswordIn(stage.outpost());
        assertNoPasswordIn(stage.application());
    }

    @Test
    void aPageWithManyPartsCostsOneHash() {
        double before = stage.authentikGuard().logins("success");
        double remembered = stage.authentikGuard().logins("remembered");
        try (var _ = stage.outpostSuffers(Outage.REFUSED)) {
            browser.typesNext("admin", "open:sesame");
            browser.open(PAGE);
            assertThat(browser.text()).isEqualTo("Hello admin");
        }

        assertThat(stage.authentikGuard().logins("success")).isEqualTo(before + 1);
        assertThat(stage.authentikGuard().logins("remembered"))
                .isGreaterThanOrEqualTo(remembered + PARTS);
    }

    @Test
    void whatAnOpenApplicationFetchesOpensADialogOnlyIfThatIsWanted() throws IOException {
        hasSession();
        browser.open(PAGE);
        try (var _ = stage.outpostSuffers(Outage.REFUSED)) {
            String fetch = "fetch('/data').then(answer => '' + answer.status)";
            assertThat(browser.evaluate(fetch)).isEqualTo("401");
            assertThat(browser.prompts()).isEqualTo(1);

            stage.emergency("challenge: navigation");
            Eventually.until("the setting", () -> challengeInTheBackground().startsWith("xBasic "));
            assertThat(browser.evaluate(fetch)).isEqualTo("401");
            assertThat(browser.prompts()).isEqualTo(1);

            browser.typesNext("admin", "open:sesame");
            browser.open(PAGE);
            assertThat(browser.prompts()).isEqualTo(2);
            assertThat(browser.evaluate(fetch)).isEqualTo("200");
            assertThat(browser.prompts()).isEqualTo(2);
        } finally {
            stage.emergency("");
            Eventually.until(
                    "the setting",
                    () -> stage.ask(GatewayFixture.pageWithSession()).status() == 200);
        }
    }

    private static String challengeInTheBackground() throws IOException {
        RawAnswer answer = stage.ask(GatewayFixture.page().with("Sec-Fetch-Mode", "cors"));
        return answer.header("WWW-Authenticate").orElse("");
    }

    @Test
    void theOtherPages() {
        try (var _ = stage.outpostSuffers(Outage.REFUSED)) {
            browser.open("https://app.example.com/outpost.goauthentik.io/start");
            assertThat(browser.text()).contains("cannot log in or out", "connect_refused");
            browser.photographs(PICTURES, "3-outpost-unavailable", 1000, 640);

            browser.open(
                    "http://127.0.0.1:"
                            + stage.authentikGuard().port()
                            + "/outpost.goauthentik.io/auth/caddy");
            assertThat(browser.text()).contains("needs HTTPS");
            browser.photographs(PICTURES, "4-plain-http", 1000, 640);

            stage.emergency("message: 'Ask Eve in room 12, or call 112.'");
            stage.emergencyUsers(false);
            Eventually.until("nobody", () -> stage.ask(GatewayFixture.page()).status() == 503);
            Eventually.until("Eve", () -> stage.ask(GatewayFixture.page()).body().contains("Eve"));
            browser.open(PAGE);
            assertThat(browser.text()).contains("has no users", "Ask Eve in room 12");
            browser.photographs(PICTURES, "5-no-users-with-message", 1000, 640);

            browser.sends(Map.of("X-Large", "x".repeat(300 * 1024)));
            browser.open(PAGE);
            assertThat(browser.title()).isEqualTo("This request cannot be read");
            browser.photographs(PICTURES, "6-unreadable", 1000, 640);
        } finally {
            stage.emergency("");
            stage.emergencyUsers(true);
        }
    }

    /** As the tests of authentik-guard have written them down. */
    @Test
    void everyKindOfPage() throws IOException {
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
