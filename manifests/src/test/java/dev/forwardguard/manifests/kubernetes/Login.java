package dev.forwardguard.manifests.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** A user and a password. */
record Login(String user, String password) {
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    /** The line of this user in an htpasswd file, with a hash that costs nothing. */
    String line() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(password.getBytes(UTF_8));
            return user + ":{SHA}" + Base64.getEncoder().encodeToString(digest) + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The status that a guard answers, each time to another address: none is throttled. */
    int statusAt(int port) throws IOException {
        return RawHttp.to(port).ask(request()).status();
    }

    /** What a guard answers to a browser that opens a page with this login. */
    RawAnswer openAt(int port) throws IOException {
        return RawHttp.to(port).ask(request().with("Sec-Fetch-Mode", "navigate"));
    }

    private RawRequest request() {
        String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        return anonymous().with("Authorization", "Basic " + pair);
    }

    /** The auth request for a page, without a login. */
    static RawRequest anonymous() {
        return RawRequest.get("/outpost.goauthentik.io/auth/traefik")
                .with("X-Forwarded-For", nextAddress())
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Method", "GET")
                .with("X-Forwarded-Uri", "/");
    }

    private static String nextAddress() {
        int number = ADDRESSES.incrementAndGet();
        return "45.%d.%d.1".formatted(number >> 8 & 255, number & 255);
    }
}
