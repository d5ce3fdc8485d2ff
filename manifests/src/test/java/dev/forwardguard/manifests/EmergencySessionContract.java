package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A single-page application and its user in an outage, over TLS and behind Traefik. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EmergencySessionContract {
    private static final String COOKIE = "__Host-emergency";
    private static final String TOKEN = "Bearer of-the-application";
    private static final String WITH_TOKEN =
            "fetch('/api', {headers: {Authorization: '" + TOKEN + "'}}).then(got => got.text())";

    private Path directory;
    private GatewayFixture fixture;
    private Window browser;
    private int test;

    abstract Window start(Path own, Gateway.Running gateway);

    abstract Window startWithoutCookies(Path own, Gateway.Running gateway);

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory);
    }

    @AfterAll
    void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        fixture.recover();
        fixture.application().behaves(Spa.all());
        test++;
        browser = start(ownDirectory(), fixture.gateway());
    }

    private Path ownDirectory() throws IOException {
        return Files.createTempDirectory(directory, "browser");
    }

    @AfterEach
    void leave() {
        browser.close();
        fixture.recover();
        fixture.emergency("");
        Eventually.until(
                "single sign-on",
                () -> fixture.ask(GatewayFixture.pageWithSession()).status() == 200);
    }

    /** Another one in each test: who opens the same page twice in ten seconds gets no cookie. */
    private String home() {
        return browser.site("app") + "/?" + test;
    }

    private void typesPassword() {
        browser.typesNext("admin", "open:sesame");
    }

    private void signIn() {
        typesPassword();
        browser.open(home());
        assertThat(browser.text()).isEqualTo("Hello admin");
        assertThat(browser.prompts()).isEqualTo(1);
        assertThat(browser.cookies(home())).contains(COOKIE);
    }

    @Test
    void onePasswordAndEverythingWorks() {
        try (var _ = fixture.outpostSuffers(Outage.UNAVAILABLE)) {
            signIn();
            assertEverythingWorks();
            useServiceWorker();
            assertEverythingWorks();
            browser.open(home());
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.prompts()).isEqualTo(1);
        }
        assertNoPasswordReachesAnybody();
    }

    private void assertEverythingWorks() {
        assertThat(browser.evaluate(WITH_TOKEN)).isEqualTo("admin with " + TOKEN);
        for (String denied : List.of("/denied", "/bare")) {
            assertThat(browser.evaluate("fetch('" + denied + "').then(got => got.status + '')"))
                    .isEqualTo("401");
            assertThat(browser.evaluate(WITH_TOKEN)).isEqualTo("admin with " + TOKEN);
        }
        assertThat(
                        browser.evaluate(
                                "fetch('/form', {method: 'POST', body: 'a=1'})"
                                        + ".then(got => got.text()).then(text => text.includes('admin sent a=1'))"
                                        + ".then(String)"))
                .isEqualTo("true");
        assertThat(
                        browser.evaluate(
                                """
                                new Promise(done => {
                                  const socket = new WebSocket('wss://' + location.host + '/ws');
                                  socket.onmessage = frame => { done(frame.data); socket.close(); };
                                  socket.onclose = close => done('closed ' + close.code);
                                })
                                """))
                .isEqualTo("welcome admin");
        assertThat(
                        browser.evaluate(
                                """
                                new Promise(done => {
                                  const events = new EventSource('/events');
                                  events.onmessage = event => { done(event.data); events.close(); };
                                  events.onerror = () => { done('failed'); events.close(); };
                                })
                                """))
                .isEqualTo("hello admin");
        assertThat(
                        browser.evaluate(
                                """
                                new Promise(done => {
                                  const worker = new Worker('/worker.js');
                                  worker.onmessage = event => done(event.data);
                                })
                                """))
                .isEqualTo("admin with nothing");
        assertThat(browser.prompts()).isEqualTo(1);
    }

    private void useServiceWorker() {
        browser.evaluate(
                """
                navigator.serviceWorker.register('/service-worker.js')
                  .then(() => navigator.serviceWorker.ready)
                  .then(() => navigator.serviceWorker.controller ? '' : new Promise(done =>
                    navigator.serviceWorker.addEventListener('controllerchange', () => done(''))))
                """);
        browser.open(home());
        assertThat(browser.evaluate("'' + !!navigator.serviceWorker.controller")).isEqualTo("true");
    }

    /** The guard and the application would be asked for a password in turn, for ever. */
    @Test
    void applicationHasItsOwnPassword() {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            signIn();
            browser.typesNext("app", "own");
            browser.open(browser.site("app") + "/basic");

            assertThat(browser.text()).isEqualTo("own password");
            assertThat(browser.prompts()).isEqualTo(2);
            browser.open(browser.site("app") + "/basic?again");
            assertThat(browser.text()).isEqualTo("own password");
            assertThat(browser.prompts()).isEqualTo(2);
        }
    }

    @Test
    void leavesNothingWhenOutageIsOver() {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            signIn();
        }
        Answer login = Answer.of(302).with("Location", browser.site("authentik") + "/");
        fixture.outpost().behaves(Behaviour.answers(login));

        assertThat(browser.evaluate("fetch('/api', {redirect: 'manual'}).then(got => got.type)"))
                .isEqualTo("opaqueredirect");
        assertThat(browser.cookies(home())).contains(COOKIE);
        browser.open(home());
        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        assertThat(browser.cookies(home())).doesNotContain(COOKIE);
        assertThat(browser.prompts()).isEqualTo(1);
        assertNoPasswordReachesAnybody();
    }

    /** The way in for browsers that open no dialog; and it must not be asked for again. */
    @Test
    void formSignsIn() {
        fixture.emergency("form: true, challenge: never");
        try (var _ = fixture.outpostSuffers(Outage.UNAVAILABLE)) {
            awaitForm();
            browser.open(browser.site("app") + "/deep?a=1&b");
            assertThat(browser.title()).isEqualTo("Single sign-on is unavailable");
            fillIn("open:barley");
            assertThat(browser.text()).contains("not known to Emergency Access");
            fillIn("open:sesame");

            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.evaluate("location.pathname + location.search"))
                    .isEqualTo("/deep?a=1&b");
            assertEverythingWithoutDialog();
        }
        assertNoPasswordReachesAnybody();
    }

    private void fillIn(String password) {
        browser.leaveBy(
                "document.querySelector('#user').value = 'admin';"
                        + "document.querySelector('#password').value = '"
                        + password
                        + "'; document.querySelector('button').click();");
    }

    private void assertEverythingWithoutDialog() {
        assertThat(browser.evaluate(WITH_TOKEN)).isEqualTo("admin with " + TOKEN);
        assertThat(browser.prompts()).isZero();
    }

    @Test
    void formSignsInUnderServiceWorker() {
        signsInByFormUnderServiceWorker("form: true, challenge: never");
    }

    /** And no dialog opens. */
    void signsInByFormUnderServiceWorker(String emergency) {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            signIn();
            useServiceWorker();
            signOut();
            fixture.emergency(emergency);
            awaitForm();

            browser.open(home());
            assertThat(browser.title()).isEqualTo("Single sign-on is unavailable");
            fillIn("open:sesame");
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.evaluate(WITH_TOKEN)).isEqualTo("admin with " + TOKEN);
            assertThat(browser.prompts()).isEqualTo(1);
        }
    }

    private void awaitForm() {
        Eventually.until(
                "the form",
                () ->
                        fixture.ask(GatewayFixture.page().with("Accept", "text/html"))
                                .body()
                                .contains("<form"));
    }

    private void signOut() {
        browser.open(browser.site("app") + "/outpost.goauthentik.io/guard/emergency/sign-out");
        browser.leaveBy("document.querySelector('button').click();");
        assertThat(browser.text()).contains("You have signed out");
    }

    /** Browsers would sign in again with the password that they keep. */
    @Test
    void signOutMakesBrowserForgetPassword() {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            signIn();
            signOut();
            int before = browser.prompts();

            browser.open(home());
            assertThat(browser.text()).contains("signed out");
            assertThat(browser.prompts()).isEqualTo(before + 1);

            typesPassword();
            browser.open(home() + "&again");
            assertThat(browser.text()).isEqualTo("Hello admin");
            assertThat(browser.cookies(home())).contains(COOKIE);
            assertThat(browser.prompts()).isEqualTo(before + 2);
        }
    }

    /** Chromium would go nowhere if the policy of the page named the site alone. */
    @Test
    void formLeadsToLoginOnceOutageIsOver() {
        fixture.emergency("form: true, challenge: never");
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            awaitForm();
            browser.open(home());
            assertThat(browser.title()).isEqualTo("Single sign-on is unavailable");
        }
        Answer login = Answer.of(302).with("Location", browser.site("authentik") + "/");
        fixture.outpost().behaves(Behaviour.answers(login));

        fillIn("open:sesame");

        assertThat(browser.title()).isEqualTo(Sites.LOGIN_TITLE);
        assertThat(browser.cookies(home())).doesNotContain(COOKIE);
    }

    @Test
    void browserThatRefusesCookiesGoesInNoCircle() throws IOException {
        browser.close();
        browser = startWithoutCookies(ownDirectory(), fixture.gateway());
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            typesPassword();
            browser.open(home());
            assertWithoutCookies(browser);
        }
    }

    /** What a browser that refuses cookies shows after the right password. */
    abstract void assertWithoutCookies(Window refusing);

    private void assertNoPasswordReachesAnybody() {
        for (var upstream : List.of(fixture.outpost(), fixture.application())) {
            assertThat(upstream.requests())
                    .isNotEmpty()
                    .noneMatch(EmergencySessionContract::hasSecret);
        }
        assertThat(fixture.outpost().requests())
                .noneMatch(request -> request.head().raw().contains(COOKIE));
    }

    private static boolean hasSecret(ReceivedRequest request) {
        return request.head().raw().contains(GatewayFixture.EMERGENCY_PASSWORD.substring(6))
                || request.body().contains("sesame");
    }
}
