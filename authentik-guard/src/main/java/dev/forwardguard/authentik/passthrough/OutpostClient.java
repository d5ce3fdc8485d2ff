package dev.forwardguard.authentik.passthrough;

import io.micronaut.http.client.RawHttpClient;
import io.micronaut.http.client.annotation.Client;

import jakarta.inject.Singleton;

/** Micronaut's HTTP client, in a bean of its own so that it can be created after its users. */
@Singleton
final class OutpostClient {
    private final RawHttpClient http;

    OutpostClient(@Client(id = "outpost") RawHttpClient http) {
        this.http = http;
    }

    RawHttpClient http() {
        return http;
    }
}
