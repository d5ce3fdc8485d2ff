package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.ApiServer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Two nodes, and what runs there: a Traefik for each pod of gateways, whatever its image. Asks the
 * readiness probe, reports it, and ends the process when its pod is deleted. It is the scheduler,
 * too.
 */
final class Kubelet implements AutoCloseable {
    static final List<String> NODES = List.of("n1", "n2");

    private static final int PAUSE_MILLIS = 200;
    private static final int BEATS = 25;

    private final NodeApi api;
    private final Path directory;
    private final int etcd;
    private final Path certificate;
    private final KubeletLogs logs;
    private final Map<String, GatewayPod> running = new ConcurrentHashMap<>();
    private final Set<String> ready = ConcurrentHashMap.newKeySet();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<Consumer<GatewayPod>> onEnd = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread loop = new Thread(this::run, "kubelet");
    private volatile Consumer<JsonNode> beforeStart = _ -> {};
    private volatile Consumer<GatewayPod> onReady = _ -> {};

    Kubelet(ApiServer server, Path directory, int etcd, Certificates certificates) {
        this.directory = directory;
        this.etcd = etcd;
        this.certificate = certificates.of("gateway-etcd-tls");
        this.logs = new KubeletLogs(directory, certificates, this::log);
        this.api = new NodeApi(server.client(), logs.port());
        NODES.forEach(api::register);
        loop.start();
    }

    private String log(String pod) {
        return running.values().stream()
                .filter(each -> each.name().equals(pod))
                .map(GatewayPod::log)
                .findFirst()
                .orElse("");
    }

    private void run() {
        try {
            for (int round = 1; !closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS); round++) {
                if (round % BEATS == 0) {
                    NODES.forEach(api::beat);
                }
                sync();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sync() {
        List<JsonNode> pods = api.pods();
        for (JsonNode pod : pods) {
            try {
                sync(pod);
            } catch (AssertionError e) {
                // deleted meanwhile, most likely; the next round shows it
                events.add("trouble with " + NodeApi.name(pod) + ": " + e.getMessage());
            }
        }
        Set<String> there = ConcurrentHashMap.newKeySet();
        pods.forEach(each -> there.add(each.at("/metadata/uid").asText()));
        running.values().stream()
                .filter(each -> !there.contains(each.uid()))
                .toList()
                .forEach(this::end);
    }

    private void sync(JsonNode pod) {
        GatewayPod known = running.get(pod.at("/metadata/uid").asText());
        if (!pod.at("/metadata/deletionTimestamp").isMissingNode()) {
            if (known != null) {
                end(known);
            }
            api.remove(pod);
        } else if (pod.at("/spec/nodeName").isMissingNode()) {
            api.bind(pod, NODES.getFirst());
        } else if (known == null) {
            start(pod);
        } else if (ready.contains(known.uid()) != known.isReady()) {
            report(pod, known, !ready.contains(known.uid()));
        }
    }

    private void start(JsonNode pod) {
        beforeStart.accept(pod);
        var gateway = new GatewayPod(directory, pod, etcd, certificate);
        running.put(gateway.uid(), gateway);
        events.add("start " + gateway.name());
        report(pod, gateway, false);
    }

    private void report(JsonNode pod, GatewayPod gateway, boolean isReady) {
        api.report(pod, gateway.address(), isReady);
        if (isReady) {
            ready.add(gateway.uid());
            events.add("ready " + gateway.name());
            onReady.accept(gateway);
        } else {
            ready.remove(gateway.uid());
        }
    }

    private void end(GatewayPod gateway) {
        onEnd.forEach(each -> each.accept(gateway));
        events.add("end " + gateway.name());
        running.remove(gateway.uid());
        ready.remove(gateway.uid());
        gateway.close();
    }

    /** The gateways that run, without trial pods. */
    List<GatewayPod> gateways() {
        return running.values().stream().filter(each -> !each.isTrial()).toList();
    }

    /** All that run. */
    List<GatewayPod> all() {
        return List.copyOf(running.values());
    }

    /** Starts and ends of pods, and when they became ready. */
    List<String> events() {
        return events;
    }

    /** Does something before each pod that starts from now on. */
    void beforeStart(Consumer<JsonNode> action) {
        beforeStart = action;
    }

    /** Does something whenever a pod has become ready. */
    void onReady(Consumer<GatewayPod> action) {
        onReady = action;
    }

    /** Does something before a gateway is ended. */
    void onEnd(Consumer<GatewayPod> action) {
        onEnd.add(action);
    }

    /** As it was at the beginning. */
    void forget() {
        beforeStart = _ -> {};
        onReady = _ -> {};
        onEnd.clear();
        events.clear();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            loop.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        running.values().forEach(GatewayPod::close);
        logs.close();
        api.close();
    }
}
