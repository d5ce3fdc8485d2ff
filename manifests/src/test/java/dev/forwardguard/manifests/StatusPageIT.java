package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The page at {@code /status} in Chromium, in every state of a guard. Writes screenshots to {@code
 * target/pictures}. The tests share one page, because none of what happens needs another one.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StatusPageIT {
    private static final Path PICTURES = Path.of("target", "pictures");
    private static final RawRequest PAGE =
            RawRequest.get("/outpost.goauthentik.io/auth/traefik")
                    .with("X-Forwarded-Method", "GET")
                    .with("X-Forwarded-Proto", "https")
                    .with("X-Forwarded-Host", "app.example.com")
                    .with("X-Forwarded-Uri", "/");

    /** A tenth of a second after it was due, as a browser in the foreground does. */
    private static final String POLL_NOW = "ask().then(() => '')";

    private static Path directory;
    private static StubUpstream outpost;
    private static GuardProcess guard;
    private static Browser browser;
    private static String axe;

    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException {
        Program.installed("chromium", "chromium");
        directory = temporary;
        try (InputStream script = StatusPageIT.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(requireNonNull(script).readAllBytes(), UTF_8);
        }
        outpost = StubUpstream.start();
        guard =
                GuardProcess.start(
                        "authentik-guard", directory, settings(""), GatewayFixture.HTPASSWD);
        guard.awaitHealthy();
        browser = Browser.start(Files.createDirectories(directory.resolve("browser")));
        browser.open("http://127.0.0.1:%d/status".formatted(guard.managementPort()));
        browser.evaluate("window.sameDocument = 'yes'");
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
        if (guard != null) {
            guard.close();
        }
        if (outpost != null) {
            outpost.close();
        }
    }

    private static String settings(String more) {
        return """
        upstream: {url: '%s', read-timeout: 300ms, deadline: 300ms}
        breaker: {probe-interval: 1s}
        drain-delay: 0s
        %s
        """
                .formatted(outpost.uri(), more);
    }

    private static void write(String more) {
        try {
            Files.writeString(directory.resolve("authentik-guard.yml"), settings(more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void visit(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            RawHttp.to(guard.port()).ask(PAGE);
        }
    }

    private static void showsSoon(String word) {
        Eventually.until(
                word,
                () -> {
                    browser.evaluate(POLL_NOW);
                    return word().equals(word);
                });
    }

    private static String word() {
        return browser.evaluate("document.getElementById('word').textContent.slice(2)");
    }

    private static String text(String id) {
        return browser.evaluate("document.getElementById('" + id + "').innerText");
    }

    /** In light and dark, on a phone and on a screen. */
    private static void isAccessible(String name) {
        browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)");
        browser.evaluate(POLL_NOW);
        for (String scheme : List.of("light", "dark")) {
            for (Map.Entry<String, Integer> screen :
                    Map.of("phone", 390, "desk", 1100).entrySet()) {
                browser.looksAs(scheme, screen.getValue(), 1000);
                browser.photograph(
                        PICTURES.resolve(
                                "status-%s-%s-%s.png".formatted(name, screen.getKey(), scheme)));
                assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                        .as("fits %s", screen.getKey())
                        .isEqualTo("true");
            }
            assertThat(faults()).as(name + ", " + scheme).isEqualTo("[]");
        }
        browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)");
    }

    private static String faults() {
        if (browser.evaluate("typeof window.axe").equals("undefined")) {
            browser.evaluate(axe + "; ''");
        }
        return browser.evaluate(
                """
                axe.run().then(result => JSON.stringify(result.violations.map(fault =>
                  fault.id + ': ' + fault.nodes.map(node => node.html + ' ' + node.failureSummary))))
                """);
    }

    @Test
    @Order(1)
    void showsEveryStateWithoutReload() throws IOException {
        showsSoon("relaying");
        assertThat(text("meaning"))
                .isEqualTo(
                        "No request has been answered yet: it is not known whether authentik answers.");
        isAccessible("unknown");

        visit(1);
        Eventually.until(
                "the first verdict",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return text("meaning").startsWith("All is well");
                });
        assertThat(text("meaning")).isEqualTo("All is well: authentik decides.");
        isAccessible("relaying");

        outpost.behaves(Behaviour.hangs());
        visit(1);
        Eventually.until("the next poll", () -> word().equals("degraded"));
        assertThat(text("since"))
                .matches("Since .+ \\(\\d+ s ago\\): (deadline|read_timeout) \\(it .*\\)");
        isAccessible("degraded");

        visit(6);
        showsSoon("open");
        assertThat(browser.title()).isEqualTo("open – authentik-guard");
        assertThat(text("meaning")).contains("visitors need the emergency password");
        assertThat(text("hour")).contains("circuit_open: ", "no_credentials: ");
        assertThat(browser.evaluate("document.querySelectorAll('svg rect title').length"))
                .isNotEqualTo("0");
        Eventually.until(
                "a failed probe",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return text("probes").contains("failed");
                });
        isAccessible("open");

        outpost.behaves(Behaviour.answers(200));
        Eventually.until(
                "the end of the outage",
                () -> {
                    visit(1);
                    browser.evaluate(POLL_NOW);
                    return word().equals("recovering");
                });
        isAccessible("recovering");

        write("mode: fallback");
        showsSoon("forced");
        assertThat(text("warnings")).contains("mode: fallback");
        isAccessible("forced");
        write("");
        Eventually.until(
                "mode auto",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return !word().equals("forced");
                });

        assertThat(browser.evaluate("window.sameDocument")).isEqualTo("yes");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void hostileValuesAreText() {
        String hostile = "<img src=x onerror=alert(1)>";
        write("\"" + hostile + "\": 1");
        Eventually.until(
                "the rejection",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return text("warnings").contains(hostile);
                });
        write("emergency: {message: '<script>alert(2)</script>&lt;b>'}");
        Eventually.until(
                "the message",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return browser.evaluate("document.getElementById('values').textContent")
                            .contains("<script>alert(2)</script>&lt;b>");
                });

        assertThat(browser.evaluate("document.images.length")).isEqualTo("0");
        assertThat(browser.evaluate("document.scripts.length")).isEqualTo("1");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Reasons, hosts, names of series: also what no guard would say. */
    @Test
    @Order(2)
    void everyTextOfGuardIsText() {
        String shown =
                browser.evaluate(
                        """
                (async () => {
                  await ask(); // one that was under way is over by then
                  await ask();
                  clearTimeout(timer);
                  const json = await (await fetch('/status', {headers: {Accept: 'application/json'}})).json();
                  const hostile = '<img src=x onerror="window.ran = 1">';
                  const taint = (value, keys) =>
                    typeof value === 'string' ? /^\\d{4}-\\d\\d-\\d\\dT/.test(value) ? value : hostile + value
                    : Array.isArray(value) ? value.map(each => taint(each, keys))
                    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(
                        ([key, each]) => [keys ? hostile + key : key, taint(each, keys || key === 'values')]))
                    : value;
                  const tainted = taint(json);
                  const counts = json['last-hour'].began.map(() => 1);
                  for (const series of ['decisions', 'fallbacks', 'logins'])
                    tainted['last-hour'][series] = {[hostile + series]: counts};
                  tainted.reason = hostile;
                  tainted['last-failure'] = {at: json.time, reason: hostile};
                  tainted.probes = [{at: json.time, result: hostile}];
                  tainted.open = {paths: [hostile], warning: hostile};
                  tainted['forwarded-headers'] = {warnings: [hostile]};
                  document.querySelectorAll('details').forEach(each => each.open = true);
                  show(tainted);
                  timer = setTimeout(ask, 5000);
                  return document.images.length + ' images, ' + document.body.innerText.split('<img').length;
                })()
                """);

        assertThat(shown).startsWith("0 images, ");
        assertThat(Integer.parseInt(shown.substring(10))).isGreaterThan(40);
        assertThat(browser.evaluate("typeof window.ran")).isEqualTo("undefined");
        assertThat(browser.complaints()).isEmpty();
    }

    /** After a rollback another build may answer at the address, or another program. */
    @Test
    @Order(2)
    void asksOnWhenAnswerIsNotUnderstood() {
        browser.evaluate(
                """
                (async () => {
                  await ask(); // one that was under way is over by then
                  await ask();
                  window.real = window.fetch;
                  window.fetch = async () => new Response('{"guard": "authentik-guard", "state": "relaying"}');
                  await ask();
                })()
                """);
        assertThat(word()).isEqualTo("no answer");
        assertThat(text("lost")).contains("or not as expected");

        browser.evaluate("window.fetch = window.real; ''");
        Eventually.until("the next poll", () -> !word().equals("no answer"));
        assertThat(browser.complaints()).isEmpty();
    }

    /** What a hole in the page would run is stopped by its policy. */
    @Test
    @Order(3)
    void policyStopsOtherScripts() {
        browser.evaluate(
                """
                const script = document.createElement('script');
                script.textContent = 'window.ran = 1';
                document.body.append(script);
                document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 1">');
                ''
                """);

        Eventually.until(
                "two violations",
                () ->
                        browser.complaints().toString().split("Content Security Policy", -1).length
                                > 2);
        assertThat(browser.evaluate("typeof window.ran")).isEqualTo("undefined");
    }

    @Test
    @Order(4)
    void keyboardOpensDetails() {
        browser.open("http://127.0.0.1:%d/status".formatted(guard.managementPort()));

        browser.presses("Tab", 9);
        assertThat(browser.evaluate("document.activeElement.textContent"))
                .isEqualTo("Values in force");
        browser.presses("Enter", 13);

        Eventually.until(
                "it is open",
                () -> browser.evaluate("document.activeElement.parentElement.open").equals("true"));
    }

    @Test
    @Order(5)
    void hiddenPageAsksNoMore() {
        String counted =
                browser.evaluate(
                        """
                        (async () => {
                          await ask(); // one that was under way is over by then
                          await ask();
                          clearTimeout(timer);
                          const later = window.setTimeout;
                          let timers = 0;
                          window.setTimeout = (...all) => { timers++; return later(...all); };
                          await ask();
                          const visible = timers;
                          Object.defineProperty(document, 'hidden', {value: true, configurable: true});
                          await ask();
                          const hidden = timers - visible;
                          delete document.hidden;
                          document.dispatchEvent(new Event('visibilitychange'));
                          window.setTimeout = later;
                          return visible + ' ' + hidden;
                        })()
                        """);

        assertThat(counted).isEqualTo("1 0");
    }

    @Test
    @Order(6)
    void tellsThatGuardIsGone() {
        guard.process().kill();
        Eventually.until(
                "the loss",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return text("lost").contains("has not answered");
                });
        assertThat(word()).isEqualTo("no answer");
        assertThat(browser.title()).isEqualTo("no answer – authentik-guard");
        assertThat(text("meaning") + text("since")).isEmpty();

        guard.restart();
        Eventually.until(
                "the guard",
                () -> {
                    browser.evaluate(POLL_NOW);
                    return text("lost").isEmpty();
                });
        assertThat(word()).isEqualTo("relaying");
    }

    @Test
    @Order(7)
    void isThereForBotBlockGuardToo() throws IOException {
        int before = browser.complaints().size();
        try (var other =
                GuardProcess.start(
                        "bot-block-guard",
                        directory,
                        "upstream: {url: 'http://127.0.0.1:9'}",
                        "")) {
            other.awaitHealthy();
            browser.open("http://127.0.0.1:%d/status".formatted(other.managementPort()));
            Eventually.until("the page", () -> word().equals("relaying"));
            assertThat(text("meaning"))
                    .isEqualTo(
                            "No request has been answered yet: it is not known whether the bot blocker answers.");

            RawHttp.to(other.port()).ask(RawRequest.get("/auth"));

            showsSoon("degraded");
            assertThat(text("meaning"))
                    .isEqualTo(
                            "Some requests get no verdict from the bot blocker: visitors pass unchecked.");
            assertThat(text("hour")).contains("connect_refused: 1").doesNotContain("Emergency");
            assertThat(browser.evaluate("document.getElementById('credentials-part').hidden"))
                    .isEqualTo("true");
            assertThat(browser.complaints()).hasSize(before);
        }
    }
}
