package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Gateways that serve, and a visitor of each that asks all the time until it is ended. */
final class OldGateways implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Kubelet kubelet;
    private final List<GatewayPod> gateways;
    private final Set<GatewayPod> ended = ConcurrentHashMap.newKeySet();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<String> early = new CopyOnWriteArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;

    /** The gateways that run now. */
    OldGateways(Kubelet kubelet) {
        this.kubelet = kubelet;
        this.gateways = kubelet.gateways();
        assertThat(gateways).hasSize(2);
        kubelet.onEnd(this::ends);
        gateways.forEach(each -> visitors.submit(() -> visit(each)));
    }

    private void ends(GatewayPod gateway) {
        if (!gateways.contains(gateway)) {
            return;
        }
        ended.add(gateway);
        // as many fresh ones must have been ready before, a trial included
        long fresh =
                kubelet.events().stream()
                        .filter(each -> each.startsWith("ready "))
                        .filter(this::isFresh)
                        .count();
        if (fresh < ended.size()) {
            early.add(gateway.name() + " after " + kubelet.events());
        }
    }

    private boolean isFresh(String event) {
        return gateways.stream().noneMatch(each -> event.equals("ready " + each.name()));
    }

    private void visit(GatewayPod gateway) {
        var request =
                HttpRequest.newBuilder(URI.create("http://" + gateway.address() + ":8000/whoami"))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        while (!closed && !ended.contains(gateway)) {
            String answer = answer(request);
            if (answer.equals("200")) {
                answers.incrementAndGet();
            } else if (!closed && !ended.contains(gateway)) {
                failures.add(gateway.name() + ": " + answer);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private String answer(HttpRequest request) {
        try {
            return String.valueOf(client.send(request, BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    List<GatewayPod> all() {
        return gateways;
    }

    /** Their watches fall silent, so they keep what they have. */
    void fallSilent() {
        gateways.forEach(each -> each.relay().fallSilent());
    }

    /**
     * Checks that visitors have seen nothing of it, and that none ended before a fresh one was
     * ready.
     */
    void assertServedAllTheTime() {
        assertThat(failures).isEmpty();
        assertThat(early).isEmpty();
        assertThat(answers.get()).isPositive();
    }

    /** Checks that both are there, serve on, and are all that is there. */
    void assertUntouched() {
        assertServedAllTheTime();
        assertThat(ended).isEmpty();
        assertThat(kubelet.gateways()).containsExactlyInAnyOrderElementsOf(gateways);
        int before = answers.get();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (answers.get() < before + 10 && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        assertThat(answers.get()).isGreaterThanOrEqualTo(before + 10);
    }

    @Override
    public void close() {
        closed = true;
        visitors.close();
        client.shutdownNow();
    }
}
