package dev.forwardguard.manifests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Client of Chromium's DevTools protocol: JSON commands, results and events over WebSocket. */
final class DevTools implements WebSocket.Listener, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 30;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final StringBuilder incoming = new StringBuilder();
    private final BiConsumer<String, JsonNode> onEvent;
    private final WebSocket socket;
    private CompletableFuture<WebSocket> sending; // guarded by this

    /**
     * Connects.
     *
     * @param onEvent receives each event's name and parameters; may send commands, but must not
     *     wait
     */
    DevTools(URI uri, BiConsumer<String, JsonNode> onEvent) {
        this.onEvent = onEvent;
        this.socket = client.newWebSocketBuilder().buildAsync(uri, this).join();
        this.sending = CompletableFuture.completedFuture(socket);
    }

    /** Sends a command and waits for its result. */
    JsonNode ask(String method, Map<String, ?> parameters) {
        return await(send(method, parameters));
    }

    /** Sends a command. */
    CompletableFuture<JsonNode> send(String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        var result = new CompletableFuture<JsonNode>();
        pending.put(id, result);
        String text;
        try {
            text =
                    JSON.writeValueAsString(
                            Map.of("id", id, "method", method, "params", parameters));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        synchronized (this) { // a WebSocket allows one pending send
            sending = sending.thenCompose(ready -> ready.sendText(text, true));
        }
        return result;
    }

    static <T> T await(CompletableFuture<T> result) {
        return result.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        incoming.append(part);
        if (last) {
            String text = incoming.toString();
            incoming.setLength(0);
            receive(text);
        }
        from.request(1);
        return CompletableFuture.completedStage(null);
    }

    private void receive(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
        if (!message.has("id")) {
            onEvent.accept(message.path("method").asText(), message.path("params"));
            return;
        }
        CompletableFuture<JsonNode> result = pending.remove(message.path("id").asInt());
        if (result != null && message.has("error")) {
            result.completeExceptionally(new AssertionError(text));
        } else if (result != null) {
            result.complete(message.path("result"));
        }
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}
