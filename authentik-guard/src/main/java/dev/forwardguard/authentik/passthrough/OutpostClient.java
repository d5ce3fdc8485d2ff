package dev.forwardguard.authentik.passthrough;

import io.micronaut.http.client.RawHttpClient;
import io.micronaut.http.client.annotation.Client;

import jakarta.inject.Singleton;

/** Micronaut's client, as a bean of its own, so that it can be built later than who uses it. */
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
