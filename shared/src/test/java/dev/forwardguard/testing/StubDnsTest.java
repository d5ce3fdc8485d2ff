package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

@Timeout(60)
class StubDnsTest {
    private static final Executor VIRTUAL = Thread::startVirtualThread;

    @AfterEach
    void reset() {
        StubDns.reset();
    }

    @Test
    void resolvesOtherNamesAsUsual() throws UnknownHostException {
        assertThat(addresses("localhost")).contains("127.0.0.1");
        assertThat(addresses("127.0.0.2")).containsExactly("127.0.0.2");
    }

    @Test
    void doesNotResolveUnknownNames() {
        assertUnknown(StubDns.UNKNOWN);
        assertUnknown(StubDns.freshName());
        assertThat(StubDns.lookups(StubDns.UNKNOWN)).isEqualTo(1);
    }

    @Test
    void changesAddressesAtOnce() throws UnknownHostException {
        assertUnknown(StubDns.MOVING);

        StubDns.answers(StubDns.MOVING, "127.0.0.2", "::1");
        assertThat(addresses(StubDns.MOVING))
                .containsExactlyInAnyOrder("127.0.0.2", "0:0:0:0:0:0:0:1");

        StubDns.answers(StubDns.MOVING, "127.0.0.3");
        assertThat(addresses("Moving.TEST")).containsExactly("127.0.0.3");

        StubDns.answers(StubDns.MOVING);
        assertUnknown(StubDns.MOVING);
        assertThat(StubDns.lookups(StubDns.MOVING)).isEqualTo(4);
    }

    @Test
    void blocksUntilReleased() throws Exception {
        Future<List<String>> lookup = lookUp(StubDns.SLOW);
        StubDns.awaitLookups(StubDns.SLOW, 1);
        assertThat(lookup.isDone()).isFalse();

        StubDns.release(StubDns.SLOW);

        assertThat(lookup.get(10, TimeUnit.SECONDS)).containsExactly("127.0.0.1");
        assertThat(addresses(StubDns.SLOW)).containsExactly("127.0.0.1");
    }

    @Test
    void blocksForDelayAndThenFails() {
        String name = StubDns.freshName();
        StubDns.blocks(name, Duration.ofMillis(300));

        long start = System.nanoTime();
        assertUnknown(name);

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000);
    }

    @Test
    void ignoresInterrupts() throws Exception {
        var done = new CompletableFuture<List<String>>();
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        done.completeAsync(
                                                () -> resolve(StubDns.SLOW), Runnable::run));
        StubDns.awaitLookups(StubDns.SLOW, 1);

        thread.interrupt();

        assertThat(thread.join(Duration.ofMillis(200))).isFalse();
        StubDns.release(StubDns.SLOW);
        assertThat(done.get(10, TimeUnit.SECONDS)).containsExactly("127.0.0.1");
    }

    @Test
    void releasesLookupsOnReset() throws Exception {
        Future<List<String>> lookup = lookUp(StubDns.SLOW);
        StubDns.awaitLookups(StubDns.SLOW, 1);

        StubDns.reset();

        assertThat(lookup.get(10, TimeUnit.SECONDS)).containsExactly("127.0.0.1");
        assertThat(StubDns.lookups(StubDns.SLOW)).isZero();
    }

    @Test
    void directsHttpClientToUpstream() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        try (StubUpstream upstream = StubUpstream.start(Behaviour.answers(204));
                HttpClient client = HttpClient.newHttpClient()) {
            var uri = upstream.uri().toString().replace("127.0.0.1", StubDns.MOVING);

            var answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(uri)).build(),
                            BodyHandlers.discarding());

            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(upstream.awaitRequest().header("Host"))
                    .hasValue(StubDns.MOVING + ":" + upstream.port());
        }
    }

    @Test
    void isNotCached() throws UnknownHostException {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");

        for (int i = 0; i < 3; i++) {
            assertThat(addresses(StubDns.MOVING)).containsExactly("127.0.0.1");
        }

        assertThat(StubDns.lookups(StubDns.MOVING)).isEqualTo(3);
    }

    private static Future<List<String>> lookUp(String name) {
        return CompletableFuture.supplyAsync(() -> resolve(name), VIRTUAL);
    }

    private static List<String> resolve(String name) {
        try {
            return addresses(name);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> addresses(String name) throws UnknownHostException {
        return Stream.of(InetAddress.getAllByName(name)).map(InetAddress::getHostAddress).toList();
    }

    private static void assertUnknown(String name) {
        assertThatThrownBy(() -> InetAddress.getByName(name))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining(name);
    }
}
