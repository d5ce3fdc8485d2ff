package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

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
import java.util.Set;
import java.util.stream.Collectors;

/** A browser from its login to its sign-out, over HTTP/2 and behind Traefik. */
class BrowserSessionIT {
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

    /** Starts a new browser without cookies, cache or connections. */
    @BeforeEach
    void open() throws IOException {
        fixture.recover();
        fixture.application().behaves(Sites.all());
        browser = Browser.start(Files.createTempDirectory(directory, "browser"), fixture.gateway());
    }

    @AfterEach
    void leave() {
        browser.close();
    }

    /** Otherwise these tests would not show what happens in people's browsers. */
    @Test
    void hostsShareConnectionOfHttp2() {
        browser.open(Sites.HOME);
        browser.open("https://www.example.com/page");

        Set<Browser.Connection> all = browser.connections();
        assertThat(all).extracting(Browser.Connection::protocol).containsOnly("h2");
        assertThat(all)
                .extracting(Browser.Connection::host)
                .contains("authentik.example.com", "www.example.com");
        assertThat(all.stream().map(Browser.Connection::number).collect(Collectors.toSet()))
                .as("connections for %s", all)
                .hasSize(1);
    }

    @Test
    void staysFromLoginToSignOut() {
        logIn();

        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            assertThat(webSocket()).as("without the password").isEqualTo("closed 1006");
            browser.typesNext("admin", "open:sesame");
            browser.open(Sites.PAGE);
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(partsWith(200)).isEqualTo(Sites.PARTS);
            assertThat(webSocket()).isEqualTo("welcome admin, hello?");
            assertThat(browser.prompts()).isEqualTo(1);

            browser.open(Sites.SIGN_OUT);
            assertThat(browser.text()).contains("cannot log in or out");
        }

        fixture.outpost().forget();
        fixture.application().forget();
        browser.open(Sites.PAGE);
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(partsWith(200)).isEqualTo(Sites.PARTS);
        assertThat(webSocket()).isEqualTo("welcome ada, hello?");
        assertThat(fixture.application().requests())
                .noneMatch(request -> request.header("X-Guard-Fallback").isPresent());
        assertNoPasswordIn(fixture.outpost());
        assertNoPasswordIn(fixture.application());

        browser.open(Sites.SIGN_OUT);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        browser.open(Sites.HOME);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        assertThat(browser.prompts()).isEqualTo(1);
    }

    private void logIn() {
        browser.open(Sites.PAGE);
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        browser.followLink();
        assertThat(browser.text()).isEqualTo("Hello ada");
        assertThat(webSocket()).isEqualTo("welcome ada, hello?");
        assertThat(browser.prompts()).isZero();
    }

    /** The two frames of an application's WebSocket, or how it was closed. */
    private String webSocket() {
        return browser.evaluate(
                """
                new Promise(done => {
                  const socket = new WebSocket('wss://app.example.com/socket');
                  const frames = [];
                  socket.onopen = () => socket.send('hello?');
                  socket.onmessage = frame => {
                    frames.push(frame.data);
                    if (frames.length == 2) { done(frames.join(', ')); socket.close(); }
                  };
                  socket.onclose = close => done('closed ' + close.code);
                })
                """);
    }

    private int partsWith(int status) {
        String parts =
                "performance.getEntriesByType('resource')"
                        + ".filter(part => part.responseStatus == %d).length".formatted(status);
        return Integer.parseInt(browser.evaluate(parts));
    }

    private static void assertNoPasswordIn(StubUpstream upstream) {
        assertThat(upstream.requests()).isNotEmpty().noneMatch(BrowserSessionIT::hasPassword);
    }

    private static boolean hasPassword(ReceivedRequest request) {
        return List.of(GatewayFixture.EMERGENCY_PASSWORD, GatewayFixture.WRONG_PASSWORD).stream()
                .anyMatch(password -> request.head().raw().contains(password.substring(6)));
    }
}
