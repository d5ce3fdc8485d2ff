package dev.forwardguard.load;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Who attacks one guard once, in one way; counts what is sent and how it is answered. For use by
 * one thread.
 */
final class Attacker {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String attack;
    private final Victim victim;
    private final Judge judge;
    private final Counts counts;
    private final RandomGenerator random;

    Attacker(String attack, Victim victim, Counts counts, RandomGenerator random) {
        this.attack = attack;
        this.victim = victim;
        this.judge = new Judge(victim.kind(), PATIENCE);
        this.counts = counts;
        this.random = random;
    }

    RandomGenerator random() {
        return random;
    }

    Victim victim() {
        return victim;
    }

    /** An auth request from a random address; one in ten without any. */
    RawRequest request() {
        return random().nextInt(10) > 0 ? request(Addresses.any(random()), "/") : direct("/");
    }

    /** An auth request from this address for this path of an application. */
    RawRequest request(String address, String path) {
        return direct(path).with("X-Forwarded-For", address);
    }

    private RawRequest direct(String path) {
        return RawRequest.get(victim.kind().path())
                .with(TrackedRequest.NUMBER, nextNumber())
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Uri", path);
    }

    private static String nextNumber() {
        return "a" + NUMBERS.incrementAndGet();
    }

    /** A request that is passed through to the outpost. */
    RawRequest page(String method, String path, String address) {
        return RawRequest.of(method, "/outpost.goauthentik.io/" + path)
                .with(TrackedRequest.NUMBER, nextNumber())
                .with("X-Forwarded-For", address);
    }

    RawConnection connect() throws IOException {
        return connect(victim.port());
    }

    RawConnection connect(int port) throws IOException {
        return RawHttp.to(port).limit(PATIENCE).connect();
    }

    /** Sends a request and waits for its response. */
    void ask(RawRequest request) throws IOException {
        ask(request, request.wire());
    }

    /** Sends a request as these octets and waits for its response. */
    void ask(RawRequest request, String octets) throws IOException {
        try (RawConnection connection = connect()) {
            connection.send(octets);
            sent();
            receive(connection, request);
        }
    }

    /** Sends these octets, and then nothing for this long, unless the guard closes. */
    void hold(String octets, Duration time) throws IOException {
        hold(octets, time, null);
    }

    /** Sends a request as these octets, and waits for this long. */
    void hold(String octets, Duration time, @Nullable RawRequest request) throws IOException {
        try (RawConnection connection = RawHttp.to(victim.port()).limit(time).connect()) {
            connection.send(octets);
            sent();
            receive(connection, request);
        }
    }

    /** Counts a request that was sent. */
    void sent() {
        counts.count("sent " + attack);
    }

    /** Counts how something ended. */
    void ended(String how) {
        counts.count("ended " + attack + ": " + how);
    }

    /**
     * Waits for a response.
     *
     * @param request what it should answer; null if any verdict would be wrong
     */
    void receive(RawConnection connection, @Nullable RawRequest request) {
        try {
            RawAnswer answer = connection.receive();
            String objection = judge.objectionToAttacker(request, answer);
            if (objection != null) {
                counts.violation(objection + ", " + attack, answer.head().raw());
            }
            String reason = answer.header("X-Guard-Fallback").map(name -> " " + name).orElse("");
            ended(answer.status() + reason);
        } catch (SocketTimeoutException e) {
            ended("nothing");
        } catch (IOException e) {
            ended("closed");
        }
    }
}
