package dev.forwardguard.manifests;

import org.jspecify.annotations.Nullable;

import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Collects two text frames of a WebSocket, and closes it then. */
final class Frames implements WebSocket.Listener {
    private final List<String> frames = new CopyOnWriteArrayList<>();
    private final CompletableFuture<List<String>> closed = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        frames.add(data.toString());
        socket.request(1);
        return frames.size() == 2 ? socket.sendClose(WebSocket.NORMAL_CLOSURE, "") : null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        closed.complete(List.copyOf(frames));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        closed.completeExceptionally(error);
    }

    /** All frames, once the application has closed the WebSocket, too. */
    List<String> all() {
        return closed.orTimeout(15, TimeUnit.SECONDS).join();
    }
}
