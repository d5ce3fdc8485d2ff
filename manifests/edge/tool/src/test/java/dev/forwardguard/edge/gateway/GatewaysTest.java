package dev.forwardguard.edge.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Gateways that answer this and that. */
final class GatewaysTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(each -> each.stop(0));
    }

    /** A gateway that shows these numbers one after another, and then the last one for ever. */
    private URI gateway(String... numbers) {
        return gateway("127.0.0.1", 0, numbers);
    }

    private URI gateway(String address, int port, String... numbers) {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral(address), port), 0);
            AtomicInteger requests = new AtomicInteger();
            server.createContext(
                    "/edge-revision",
                    exchange -> {
                        String number =
                                numbers[Math.min(requests.getAndIncrement(), numbers.length - 1)];
                        if (!number.isEmpty()) {
                            exchange.getResponseHeaders().set("X-Edge-Revision", number);
                        }
                        exchange.sendResponseHeaders(number.isEmpty() ? 404 : 200, -1);
                        exchange.close();
                    });
            server.start();
            servers.add(server);
            return URI.create("http://" + address + ":" + server.getAddress().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void asksGatewaysAtAllAddressesOfName() {
        URI first = gateway("42");
        URI second = gateway("127.0.0.2", first.getPort(), "41");
        List<InetAddress> addresses = new ArrayList<>();
        addresses.add(InetAddress.ofLiteral("127.0.0.1"));
        addresses.add(InetAddress.ofLiteral("127.0.0.2"));
        addresses.add(InetAddress.ofLiteral("::1"));
        URI name = URI.create("http://gateways:" + first.getPort());
        try (var gateways =
                new Gateways(List.of(name), _ -> addresses.toArray(InetAddress[]::new))) {
            assertThat(gateways.read())
                    .isEqualTo(Map.of(first, new Reading.Shows(42), second, new Reading.Shows(41)));

            addresses.removeFirst();
            addresses.set(1, InetAddress.ofLiteral("127.0.0.1"));

            assertThat(gateways.read().keySet()).containsExactly(first, second);
        }
    }

    @Test
    void takesNameOfOneGatewayAsItIs() {
        URI name = URI.create("http://localhost:" + gateway("42").getPort());

        try (var gateways = new Gateways(List.of(name))) {
            assertThat(gateways.read()).isEqualTo(Map.of(name, new Reading.Shows(42)));
        }
    }

    /** Of a name, one that ends while it is waited for, and never followed. */
    @Test
    void doesNotWaitForOneThatHasGone() {
        URI current = gateway("41", "42");
        URI ending = gateway("127.0.0.2", current.getPort(), "41");
        URI other = gateway("127.0.0.3", current.getPort(), "42");
        var addresses = new CopyOnWriteArrayList<>(List.of("127.0.0.1", "127.0.0.2", "127.0.0.3"));
        URI name = URI.create("http://gateways:" + current.getPort());
        try (var gateways = new Gateways(List.of(name), host -> all(addresses, host));
                var later = Executors.newSingleThreadScheduledExecutor()) {
            later.schedule(() -> addresses.remove("127.0.0.2"), 300, TimeUnit.MILLISECONDS);

            Map<URI, Reading> readings = gateways.await(42, LIMIT);

            assertThat(readings)
                    .isEqualTo(
                            Map.of(current, new Reading.Shows(42), other, new Reading.Shows(42)));
            assertThat(readings).doesNotContainKey(ending);
        }
    }

    @Test
    void waitsForOneThatComes() {
        URI first = gateway("41", "41", "41", "42");
        URI second = gateway("127.0.0.2", first.getPort(), "41", "41", "41", "42");
        URI third = gateway("127.0.0.3", first.getPort(), "41", "41", "41", "41", "42");
        var addresses = new CopyOnWriteArrayList<>(List.of("127.0.0.1", "127.0.0.2"));
        AtomicInteger lookups = new AtomicInteger();
        URI name = URI.create("http://gateways:" + first.getPort());
        try (var gateways =
                new Gateways(
                        List.of(name),
                        host -> {
                            if (lookups.incrementAndGet() == 3) {
                                addresses.add("127.0.0.3");
                            }
                            return all(addresses, host);
                        })) {
            assertThat(gateways.await(42, LIMIT))
                    .isEqualTo(
                            Map.of(
                                    first, new Reading.Shows(42),
                                    second, new Reading.Shows(42),
                                    third, new Reading.Shows(42)));
        }
    }

    private static InetAddress[] all(List<String> addresses, String host) {
        return host.equals("gateways")
                ? addresses.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new)
                : new InetAddress[] {InetAddress.ofLiteral(host)};
    }

    /** Nothing in Java bounds a lookup. */
    @Test
    void doesNotWaitForNameServer() {
        URI fine = gateway("42");
        URI name = URI.create("http://gateways:8082");
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        Replicas.Resolver resolver =
                host -> {
                    if (host.equals("gateways")) {
                        lookups.incrementAndGet();
                        awaitUninterruptibly(end);
                    }
                    return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
                };
        try (var gateways = new Gateways(List.of(name, fine), resolver)) {
            long start = System.nanoTime();

            Map<URI, Reading> readings = gateways.await(42, Duration.ofSeconds(3));

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(8));
            assertThat(readings.get(name)).isEqualTo(new Reading.Silent("no name server answers"));
            assertThat(readings.get(fine)).isEqualTo(new Reading.Shows(42));
            assertThat(lookups).as("none is begun beside one that hangs").hasValue(1);
        } finally {
            end.countDown();
        }
    }

    /** As a lookup in the system's library does. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean isOver = false;
        while (!isOver) {
            try {
                latch.await();
                isOver = true;
            } catch (InterruptedException _) {
                // goes on
            }
        }
    }

    @Test
    void waitsUntilEveryGatewayShowsTheNumber() {
        URI first = gateway("41", "41", "42");
        URI second = gateway("", "42");

        try (var gateways = new Gateways(List.of(first, second))) {
            assertThat(gateways.await(42, LIMIT))
                    .containsExactly(
                            Map.entry(first, new Reading.Shows(42)),
                            Map.entry(second, new Reading.Shows(42)));
        }
    }

    @Test
    void givesUpOnOneThatStaysBehind() {
        URI stale = gateway("41");
        URI fine = gateway("42");

        try (var gateways = new Gateways(List.of(stale, fine, NOBODY))) {
            Map<URI, Reading> readings = gateways.await(42, SHORT);

            assertThat(readings.get(stale)).isEqualTo(new Reading.Shows(41));
            assertThat(readings.get(fine)).isEqualTo(new Reading.Shows(42));
            assertThat(readings.get(NOBODY)).isInstanceOf(Reading.Silent.class);
        }
    }

    @Test
    void saysWhatToLookFor() {
        assertThat(Lag.advice(NOBODY, new Reading.Shows(41), 42))
                .contains("shows 41, etcd has 42", "Provider error", "restart");
        assertThat(Lag.advice(NOBODY, new Reading.Shows(43), 42)).contains("lost its data");
        assertThat(Lag.advice(NOBODY, new Reading.NoCanary(404), 42))
                .contains("404", "permission denied");
        assertThat(Lag.advice(NOBODY, new Reading.Silent("refused"), 42)).contains("refused");
        assertThat(Lag.isCurrent(new Reading.Shows(42), 42, 42)).isTrue();
        assertThat(Lag.isCurrent(new Reading.Shows(43), 42, 42)).isFalse();
        assertThat(Lag.isCurrent(new Reading.Shows(43), 42, 44)).isTrue();
        assertThat(Lag.isCurrent(new Reading.Shows(41), 42, 44)).isFalse();
    }

    @Test
    void refusesWhatIsNoUrl() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Gateway(URI.create("gateway:8082")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Gateway(URI.create("http://alice:wonderland@gateway:8082")))
                .withMessageNotContaining("wonderland");
    }

    /** Otherwise nothing could be compared, and no alert would fire. */
    @Test
    void etcdWithoutCanaryHasNumberZero() {
        assertThat(Metrics.text(Map.of(), OptionalLong.empty(), true).lines())
                .contains("edge_etcd_up 1", "edge_etcd_revision 0");
        assertThat(Metrics.text(Map.of(), OptionalLong.empty(), false).lines())
                .contains("edge_etcd_up 0")
                .noneMatch(each -> each.startsWith("edge_etcd_revision"));
    }

    @Test
    void servesMetrics() throws IOException, InterruptedException {
        Map<URI, Reading> readings = new LinkedHashMap<>();
        readings.put(URI.create("http://a:8082"), new Reading.Shows(42));
        readings.put(URI.create("http://b:8082"), new Reading.Silent("refused"));
        readings.put(URI.create("http://c:8082"), new Reading.NoCanary(404));

        try (var server =
                        new MetricsServer(
                                0, () -> Metrics.text(readings, OptionalLong.of(43), true));
                var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:%d/metrics".formatted(server.port())))
                            .build();
            String text = client.send(request, BodyHandlers.ofString()).body();

            assertThat(text.lines().filter(each -> !each.startsWith("#")))
                    .containsExactly(
                            "edge_etcd_up 1",
                            "edge_etcd_revision 43",
                            "edge_gateway_up{gateway=\"http://a:8082\"} 1",
                            "edge_gateway_up{gateway=\"http://b:8082\"} 0",
                            "edge_gateway_up{gateway=\"http://c:8082\"} 1",
                            "edge_gateway_revision{gateway=\"http://a:8082\"} 42",
                            "edge_gateway_revision{gateway=\"http://c:8082\"} 0");
        }
    }
}
