package dev.forwardguard.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** The HTTP API of a program at this port of 127.0.0.1. */
record JsonApi(int port) {
    static String encoded(String parameter) {
        return URLEncoder.encode(parameter, StandardCharsets.UTF_8);
    }

    /** Whether Prometheus or Alertmanager reports that it is ready. */
    boolean isReady() {
        return answer(request("/-/ready").GET().build()).statusCode() == 200;
    }

    Document get(String path) {
        return Document.parse(send(request(path).GET().build()));
    }

    void post(String path, String json) {
        send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static String send(HttpRequest request) {
        var response = answer(request);
        if (response.statusCode() != 200) {
            throw new AssertionError(request + ": " + response + "\n" + response.body());
        }
        return response.body();
    }

    private static HttpResponse<String> answer(HttpRequest request) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
