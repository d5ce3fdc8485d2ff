package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Program;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Headless Chromium; its password dialogs are answered by the test. It resolves every name of
 * example.com to the gateway.
 */
final class Browser implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of(
                    "--headless",
                    "--no-sandbox", // required as root; it only loads pages of the test
                    "--disable-gpu",
                    "--disable-quic",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--ignore-certificate-errors",
                    "--remote-debugging-port=0");

    private final ChildProcess process;
    private final DevTools tools;
    private final Queue<Login> logins = new ConcurrentLinkedQueue<>();
    private final AtomicInteger prompts = new AtomicInteger();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    private record Login(String user, String password) {}

    private Browser(ChildProcess process, URI page) {
        this.process = process;
        this.tools = new DevTools(page, this::onEvent);
        tools.ask("Page.enable", Map.of());
        tools.ask("Network.enable", Map.of());
        tools.ask("Fetch.enable", Map.of("handleAuthRequests", true));
    }

    static Browser start(Path directory, int gateway) {
        Program chromium = Program.installed("chromium", "chromium");
        Path profile = directory.resolve("chromium");
        String[] more = {
            "--user-data-dir=" + profile,
            "--host-resolver-rules=MAP *.example.com:443 127.0.0.1:" + gateway,
            "about:blank"
        };
        String[] all = Stream.concat(FLAGS.stream(), Arrays.stream(more)).toArray(String[]::new);
        ChildProcess process = chromium.start(directory, Map.of("HOME", directory.toString()), all);
        try {
            Path port = profile.resolve("DevToolsActivePort");
            process.await("DevTools", () -> lines(port).size() == 2);
            var api = new JsonApi(Integer.parseInt(lines(port).getFirst()));
            Document page = api.get("/json/list").list().getFirst();
            return new Browser(
                    process, URI.create(page.at("webSocketDebuggerUrl").value().toString()));
        } catch (Throwable failure) {
            process.close();
            throw failure;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onEvent(String event, JsonNode parameters) {
        String id = parameters.path("requestId").asText();
        switch (event) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Fetch.requestPaused" ->
                    tools.send("Fetch.continueRequest", Map.of("requestId", id));
            case "Fetch.authRequired" -> {
                prompts.incrementAndGet();
                tools.send(
                        "Fetch.continueWithAuth",
                        Map.of("requestId", id, "authChallengeResponse", answer(logins.poll())));
            }
            default -> {}
        }
    }

    private static Map<String, String> answer(@Nullable Login login) {
        return login == null
                ? Map.of("response", "CancelAuth")
                : Map.of(
                        "response", "ProvideCredentials",
                        "username", login.user(),
                        "password", login.password());
    }

    /** Queues the credentials for the next password dialog; without any, a dialog is closed. */
    void typesNext(String user, String password) {
        logins.add(new Login(user, password));
    }

    /** The number of password dialogs so far. */
    int prompts() {
        return prompts.get();
    }

    /** Opens a page and waits until all its parts are loaded. */
    void open(String url) {
        loaded = new CompletableFuture<>();
        JsonNode result = tools.ask("Page.navigate", Map.of("url", url));
        if (result.has("errorText")) {
            throw new AssertionError(url + ": " + result);
        }
        DevTools.await(loaded);
    }

    void cookie(String url, String name, String value) {
        tools.ask("Network.setCookie", Map.of("url", url, "name", name, "value", value));
    }

    /** Adds these headers to every request. */
    void sends(Map<String, String> headers) {
        tools.ask("Network.setExtraHTTPHeaders", Map.of("headers", headers));
    }

    /** The value of an expression; waits for a promise. */
    String evaluate(String expression) {
        JsonNode result =
                tools.ask(
                        "Runtime.evaluate",
                        Map.of(
                                "expression", expression,
                                "awaitPromise", true,
                                "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result);
        }
        return result.path("result").path("value").asText();
    }

    String title() {
        return evaluate("document.title");
    }

    /** The visible text of the page. */
    String text() {
        return evaluate("document.body.innerText");
    }

    /** Takes screenshots, as {@code <name>-light.png} and {@code <name>-dark.png}. */
    void photographs(Path directory, String name, int width, int height) {
        tools.ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
        for (String scheme : List.of("light", "dark")) {
            var feature = Map.of("name", "prefers-color-scheme", "value", scheme);
            tools.ask("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
            JsonNode picture = tools.ask("Page.captureScreenshot", Map.of());
            byte[] png = Base64.getDecoder().decode(picture.path("data").asText());
            try {
                Files.createDirectories(directory);
                Files.write(directory.resolve(name + "-" + scheme + ".png"), png);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        tools.close();
        process.close();
    }
}
