package dev.forwardguard.edge.gateway;

import dev.forwardguard.edge.http.BoundedClient;
import dev.forwardguard.edge.http.NoAnswer;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;

import java.net.URI;
import java.time.Duration;

/** A gateway's entry point {@code canary}, on which nothing but the canary route is. */
public final class Gateway implements AutoCloseable {
    private static final String PATH = "/edge-revision";
    private static final String HEADER = "X-Edge-Revision";
    private static final Duration PER_TRY = Duration.ofSeconds(2);

    /** Traefik's answer is {@code OK}. */
    private static final int MOST_BYTES = 64 << 10;

    private static final int OK = 200;

    private final URI url;
    private final BoundedClient client;

    /**
     * @param url of the entry point, such as {@code http://gateway-0:8082}; any path in it is
     *     ignored
     */
    public Gateway(URI url) {
        if (url.toString().contains("@")) {
            throw new IllegalArgumentException(
                    "the URL of a gateway must have no user or password, since it is printed");
        }
        if (url.getHost() == null
                || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "not the URL of a gateway, such as http://gateway:8082: " + url);
        }
        this.url = url;
        client = new BoundedClient(url, PER_TRY, MOST_BYTES, null);
    }

    public URI url() {
        return url;
    }

    /** Asks once, for at most 2 s. */
    public Reading read() {
        try {
            HttpResponse<byte[]> response = client.exchange(HttpRequest.GET(PATH));
            String revision = response.getHeaders().get(HEADER);
            if (response.code() == OK && revision != null && revision.matches("[0-9]{1,18}")) {
                return new Reading.Shows(Long.parseLong(revision));
            }
            return new Reading.NoCanary(response.code());
        } catch (NoAnswer e) {
            return new Reading.Silent(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
