package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Firefox without a window, driven by WebDriver BiDi (W3C). It resolves the sites' names to this
 * machine, so they have the gateway's port in its address bar. Its password dialogs are answered
 * where they are, in the browser's own window: whoever intercepts requests instead is asked for
 * passwords that people are not asked for.
 */
final class Firefox implements Window {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String SITES =
            "app.example.com,www.example.com,wiki.example.com,authentik.example.com";

    /** Fills in the dialog that is open, or closes it; 1 if there was one. */
    private static final String ANSWER =
            """
            (() => {
              const box = gBrowser.getTabDialogBox(gBrowser.selectedBrowser);
              const open = [box.getTabDialogManager(), box.getContentDialogManager?.()]
                .flatMap(manager => manager ? [...manager._dialogs] : [])
                .map(dialog => dialog._frame.contentDocument)
                .filter(page => page?.getElementById('loginTextbox')
                  && page.defaultView.Dialog && !page.answered);
              if (open.length == 0) { return 0; }
              const page = open[0];
              page.answered = true;
              const dialog = page.querySelector('dialog');
              if (%s) {
                page.getElementById('loginTextbox').value = '%s';
                page.getElementById('password1Textbox').value = '%s';
                dialog.getButton('accept').disabled = false;
                dialog.acceptDialog();
              } else {
                dialog.cancelDialog();
              }
              return 1;
            })()
            """;

    private final ChildProcess process;
    private final DevTools tools;
    private final int port;
    private final String tab;
    private final String window;
    private final Queue<String[]> logins = new ConcurrentLinkedQueue<>();
    private final AtomicInteger prompts = new AtomicInteger();
    private final ScheduledExecutorService dialogs = Executors.newSingleThreadScheduledExecutor();

    private Firefox(ChildProcess process, URI address, int port) {
        this.process = process;
        this.port = port;
        this.tools = new DevTools(address, (_, _) -> {});
        tools.ask("session.new", Map.of("capabilities", Map.of()));
        this.tab = context(Map.of());
        this.window = context(Map.of("moz:scope", "chrome"));
        dialogs.scheduleWithFixedDelay(this::answerDialog, 100, 50, TimeUnit.MILLISECONDS);
    }

    static Firefox start(Path directory, Gateway.Running gateway) {
        return start(directory, gateway, "");
    }

    /** Starts one that keeps no cookies. */
    static Firefox withoutCookies(Path directory, Gateway.Running gateway) {
        return start(directory, gateway, preference("network.cookie.cookieBehavior", "2"));
    }

    private static Firefox start(Path directory, Gateway.Running gateway, String preferences) {
        Program firefox = Program.installed("firefox-esr", "firefox-esr");
        Path profile = directory.resolve("firefox");
        int control = Loopback.freePort();
        try {
            Files.createDirectories(profile);
            Files.writeString(profile.resolve("user.js"), preferences() + preferences);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        trust(profile, gateway.trusted());
        ChildProcess process =
                firefox.start(
                        directory,
                        Map.of("HOME", directory.toString(), "MOZ_HEADLESS", "1"),
                        "--headless",
                        "--no-remote",
                        "--profile",
                        profile.toString(),
                        "--remote-debugging-port",
                        "" + control,
                        "--remote-allow-system-access",
                        "about:blank");
        try {
            process.await(
                    "WebDriver BiDi",
                    () -> Files.exists(profile.resolve("WebDriverBiDiServer.json")));
            return new Firefox(
                    process,
                    URI.create("ws://127.0.0.1:" + control + "/session"),
                    gateway.httpsPort());
        } catch (Throwable failure) {
            process.close();
            throw failure;
        }
    }

    private static String preferences() {
        return preference("network.dns.localDomains", "'" + SITES + "'")
                // a dialog can be answered as soon as it is open
                + preference("security.dialog_enable_delay", "0")
                + preference("browser.shell.checkDefaultBrowser", "false")
                + preference("browser.startup.homepage_override.mstone", "'ignore'")
                + preference("datareporting.policy.dataSubmissionEnabled", "false")
                + preference("app.update.enabled", "false")
                + preference("network.captive-portal-service.enabled", "false")
                + preference("network.connectivity-service.enabled", "false")
                + preference("signon.rememberSignons", "false");
    }

    private static String preference(String name, String value) {
        return "user_pref('" + name + "', " + value + ");\n";
    }

    /** As people trust an authority of their own. */
    private static void trust(Path profile, Path authority) {
        Program certutil = Program.installed("certutil", "libnss3-tools");
        String database = "sql:" + profile;
        for (List<String> arguments :
                List.of(
                        List.of("-N", "-d", database, "--empty-password"),
                        List.of(
                                "-A",
                                "-d",
                                database,
                                "-n",
                                "authority",
                                "-t",
                                "C,,",
                                "-i",
                                authority.toString()))) {
            certutil.run(profile, arguments.toArray(String[]::new));
        }
    }

    private String context(Map<String, Object> scope) {
        return tools.ask("browsingContext.getTree", scope)
                .path("contexts")
                .path(0)
                .path("context")
                .asText();
    }

    private void answerDialog() {
        String[] login = logins.peek();
        String script =
                login == null
                        ? ANSWER.formatted(false, "", "")
                        : ANSWER.formatted(true, login[0], login[1]);
        if (value(window, script).asInt() == 1) {
            prompts.incrementAndGet();
            logins.poll();
        }
    }

    private JsonNode value(String context, String expression) {
        JsonNode result =
                tools.ask(
                        "script.evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "target",
                                Map.of("context", context),
                                "awaitPromise",
                                true));
        if (!result.path("type").asText().equals("success")) {
            throw new AssertionError(expression + ": " + result);
        }
        return result.path("result").path("value");
    }

    @Override
    public String site(String host) {
        return "https://" + host + ".example.com:" + port;
    }

    @Override
    public void typesNext(String user, String password) {
        logins.add(new String[] {user, password});
    }

    @Override
    public int prompts() {
        return prompts.get();
    }

    @Override
    public void open(String url) {
        tools.ask("browsingContext.navigate", Map.of("context", tab, "url", url, "wait", "none"));
        awaitLoaded();
    }

    @Override
    public void leaveBy(String script) {
        evaluate("setTimeout(() => { " + script + " }, 0), 0");
        awaitLoaded();
    }

    /** Until nothing is loading any more, and no dialog is open. */
    private void awaitLoaded() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int quiet = 0;
        while (quiet < 5) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still loading: " + value(tab, "location.href"));
            }
            boolean loading =
                    value(
                                            window,
                                            "gBrowser.selectedBrowser.webProgress.isLoadingDocument"
                                                    + " || gBrowser.selectedBrowser"
                                                    + ".hasAttribute('tabDialogShowing') ? 1 : 0")
                                    .asInt()
                            == 1;
            quiet = loading ? 0 : quiet + 1;
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public String evaluate(String expression) {
        return value(tab, expression).asText();
    }

    @Override
    public Set<String> cookies(String url) {
        Set<String> names = new HashSet<>();
        String host = URI.create(url).getHost();
        for (JsonNode each : tools.ask("storage.getCookies", Map.of()).path("cookies")) {
            if (each.path("domain").asText().equals(host)) {
                names.add(each.path("name").asText());
            }
        }
        return names;
    }

    @Override
    public void close() {
        dialogs.shutdownNow();
        tools.close();
        process.close();
    }
}
