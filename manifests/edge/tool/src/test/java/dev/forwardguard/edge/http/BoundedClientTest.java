package dev.forwardguard.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.http.HttpRequest;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;

class BoundedClientTest {
    private static final URI HANGS = URI.create("http://hangs.test:8082");

    /** Java's lookup blocks for as long as name servers are silent. */
    @Test
    void endsWhileNameServerHangs() {
        long start = System.nanoTime();

        try (var client = new BoundedClient(HANGS, Duration.ofMillis(300), 100, null)) {
            assertThatThrownBy(() -> client.exchange(HttpRequest.GET("/")))
                    .isInstanceOf(NoAnswer.class);
            assertThatThrownBy(() -> client.exchange(HttpRequest.GET("/")))
                    .isInstanceOf(NoAnswer.class);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }
}
