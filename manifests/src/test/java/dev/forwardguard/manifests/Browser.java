package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.Gateway;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Headless Chromium in front of a gateway; its password dialogs are answered by the test. */
final class Browser implements Window {
    private final Chromium chromium;
    private final DevTools tools;
    private final Queue<Login> logins = new ConcurrentLinkedQueue<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicInteger prompts = new AtomicInteger();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    /** What carried responses of a host; hosts on the same connection have the same number. */
    record Connection(String host, String protocol, int number) {}

    private record Login(String user, String password) {}

    private Browser(Chromium chromium) {
        this.chromium = chromium;
        this.tools = new DevTools(chromium.page(), this::onEvent);
        tools.ask("Page.enable", Map.of());
        tools.ask("Network.enable", Map.of());
        tools.ask("Log.enable", Map.of());
        tools.ask("Runtime.enable", Map.of());
        tools.ask("Fetch.enable", Map.of("handleAuthRequests", true));
    }

    static Browser start(Path directory, Gateway.Running gateway) {
        return new Browser(Chromium.start(directory, gateway, "{}"));
    }

    /** Starts one that is in front of no gateway. */
    static Browser start(Path directory) {
        return new Browser(Chromium.start(directory));
    }

    /** Starts one that keeps no cookies. */
    static Browser withoutCookies(Path directory, Gateway.Running gateway) {
        String preferences =
                "{\"profile\": {\"default_content_setting_values\": {\"cookies\": 2}}}";
        return new Browser(Chromium.start(directory, gateway, preferences));
    }

    private void onEvent(String event, JsonNode parameters) {
        String id = parameters.path("requestId").asText();
        switch (event) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Network.responseReceived" -> note(parameters.path("response"));
            case "Log.entryAdded" -> complain(parameters.path("entry"), "level");
            case "Runtime.consoleAPICalled" -> complain(parameters, "type");
            case "Runtime.exceptionThrown" -> complaints.add(parameters.toString());
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

    private void complain(JsonNode entry, String severity) {
        if (entry.path(severity).asText().matches("error|warning|assert")) {
            complaints.add(entry.toString());
        }
    }

    private void note(JsonNode response) {
        if (response.path("url").asText().startsWith("https:")) {
            String host = URI.create(response.path("url").asText()).getHost();
            String protocol = response.path("protocol").asText();
            connections.add(new Connection(host, protocol, response.path("connectionId").asInt()));
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

    @Override
    public String site(String host) {
        return "https://" + host + ".example.com";
    }

    @Override
    public void typesNext(String user, String password) {
        logins.add(new Login(user, password));
    }

    @Override
    public int prompts() {
        return prompts.get();
    }

    @Override
    public void open(String url) {
        loaded = new CompletableFuture<>();
        JsonNode result = tools.ask("Page.navigate", Map.of("url", url));
        if (result.has("errorText")) {
            throw new AssertionError(url + ": " + result);
        }
        DevTools.await(loaded);
    }

    /** Clicks the first link, and waits until all parts of the next page are loaded. */
    void followLink() {
        leaveBy("document.querySelector('a').click()");
    }

    @Override
    public void leaveBy(String script) {
        loaded = new CompletableFuture<>();
        evaluate(script);
        DevTools.await(loaded);
    }

    @Override
    public Set<String> cookies(String url) {
        Set<String> names = new HashSet<>();
        for (JsonNode each :
                tools.ask("Network.getCookies", Map.of("urls", List.of(url))).path("cookies")) {
            names.add(each.path("name").asText());
        }
        return names;
    }

    /** All connections over TLS that pages and their parts have used so far. */
    Set<Connection> connections() {
        return Set.copyOf(connections);
    }

    void cookie(String url, String name, String value) {
        tools.ask("Network.setCookie", Map.of("url", url, "name", name, "value", value));
    }

    /** Adds these headers to every request. */
    void sends(Map<String, String> headers) {
        tools.ask("Network.setExtraHTTPHeaders", Map.of("headers", headers));
    }

    @Override
    public String evaluate(String expression) {
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

    /**
     * Errors and warnings of the console so far, with exceptions and what a policy forbids.
     *
     * @return the messages of DevTools
     */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Presses and releases a key, as its {@code key} and {@code code} name it. */
    void presses(String key, int code) {
        for (String type : List.of("rawKeyDown", "char", "keyUp")) {
            Map<String, Object> event = new HashMap<>();
            event.put("type", type);
            event.put("key", key);
            event.put("code", key);
            event.put("windowsVirtualKeyCode", code);
            if (type.equals("char") && code == 13) {
                event.put("text", "\r");
            }
            tools.ask("Input.dispatchKeyEvent", event);
        }
    }

    /** The addresses of all tabs. */
    List<String> tabs() {
        List<String> addresses = new ArrayList<>();
        for (JsonNode each : tools.ask("Target.getTargets", Map.of()).path("targetInfos")) {
            if (each.path("type").asText().equals("page")) {
                addresses.add(each.path("url").asText());
            }
        }
        return addresses;
    }

    /** Has the page look as on such a screen. */
    void looksAs(String scheme, int width, int height) {
        tools.ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
        var feature = Map.of("name", "prefers-color-scheme", "value", scheme);
        tools.ask("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    }

    /** Takes a picture of what is on the screen. */
    void photograph(Path file) {
        JsonNode picture = tools.ask("Page.captureScreenshot", Map.of());
        byte[] png = Base64.getDecoder().decode(picture.path("data").asText());
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes screenshots, as {@code <name>-light.png} and {@code <name>-dark.png}. */
    void photographs(Path directory, String name, int width, int height) {
        for (String scheme : List.of("light", "dark")) {
            looksAs(scheme, width, height);
            photograph(directory.resolve(name + "-" + scheme + ".png"));
        }
    }

    @Override
    public void close() {
        tools.close();
        chromium.close();
    }
}
