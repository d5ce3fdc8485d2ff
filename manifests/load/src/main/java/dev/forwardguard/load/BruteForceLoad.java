package dev.forwardguard.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.load.Load.Sample;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The load of a brute-force attack: visitors with a session, attackers who guess passwords, and
 * users without a session who log in with the emergency password. The outpost answers for sessions
 * and fails for all others.
 */
final class BruteForceLoad {
    /** A group of visitors, and its right responses. */
    enum Party {
        /** Has a session that the outpost knows. */
        SESSION,
        /** Sends wrong passwords. */
        ATTACKER,
        /** Has the right password, and comes from an address that was never seen before. */
        NEW_ADDRESS,
        /** Logs in for the first time, from an address where other users have logged in. */
        TRUSTED_ADDRESS;

        /** Returns whether this response is right; no response is wrong for every group. */
        boolean accepts(Sample sample) {
            return switch (this) {
                case SESSION -> sample.status() == 200 && sample.reason().isEmpty();
                case ATTACKER -> isRefused(sample);
                case NEW_ADDRESS, TRUSTED_ADDRESS -> isLoggedIn(sample) || isRefused(sample);
            };
        }

        private static boolean isRefused(Sample sample) {
            return List.of(401, 429, 503).contains(sample.status())
                    && !sample.reason().isEmpty()
                    && sample.user().isEmpty();
        }
    }

    static final String PASSWORD = "secret";
    private static final String SESSION_USER = "session-user";
    private static final String HASH =
            "$2y$12$66qVV29cAJdZUMzrUK0Ba.yXhyIxogMHGf91U4uUTrtyIMLIPGYeq";
    private static final int USERS = 500;
    private static final String ADDRESS = "192.0.2.1";

    /** The most requests in flight per group. */
    private static final int AT_ONCE = 256;

    /** Requests per second with a session. */
    private static final long VERDICTS = 200;

    private final int port;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong users = new AtomicLong();

    BruteForceLoad(int port) {
        this.port = port;
    }

    /** An htpasswd file whose users share one password, at bcrypt cost 12. */
    static String htpasswd() {
        var lines = new StringBuilder();
        for (int i = 0; i < USERS; i++) {
            lines.append(user(i)).append(':').append(HASH).append('\n');
        }
        return lines.toString();
    }

    /** One of the users in the htpasswd file. */
    static String user(long number) {
        return "user" + number % USERS;
    }

    /** Starts an outpost that has verdicts for sessions only. */
    static NginxServer outpost(Path directory) throws IOException {
        String http =
                """
                map $http_cookie $session { default 1; "" 0; }
                server {
                    listen 127.0.0.1:LISTEN backlog=1024;
                    keepalive_requests 100000000;
                    location / {
                        if ($session = 0) { return 503; }
                        add_header X-authentik-username %s;
                        return 200;
                    }
                }
                """
                        .formatted(SESSION_USER);
        return NginxServer.start(directory, http, List.of());
    }

    static boolean isLoggedIn(Sample sample) {
        return sample.status() == 200
                && !sample.reason().isEmpty()
                && sample.user().startsWith("user");
    }

    /**
     * Sends requests for verdicts, refusals and logins at several times the usual rate, until the
     * server's JIT compiler has compiled all paths.
     */
    void warmUp(Duration length, long guesses) {
        String one = address();
        Supplier<String> both = () -> next() % 2 == 0 ? one : address();
        run(length, 5 * VERDICTS, guesses, both, List.of(Party.ATTACKER, Party.TRUSTED_ADDRESS));
    }

    /**
     * Sends requests with a session, and those of the other groups.
     *
     * @param guesses wrong passwords per second
     * @param guesser supplies the addresses of the attackers
     */
    Map<Party, List<Sample>> run(
            Duration length, long guesses, Supplier<String> guesser, List<Party> others) {
        return run(length, VERDICTS, guesses, guesser, others);
    }

    private Map<Party, List<Sample>> run(
            Duration length,
            long verdicts,
            long guesses,
            Supplier<String> guesser,
            List<Party> others) {
        Map<Party, Load> loads = new LinkedHashMap<>();
        loads.put(Party.SESSION, new Load(port, this::withSession, verdicts, AT_ONCE));
        for (Party party : others) {
            loads.put(party, load(party, guesses, guesser));
        }
        List<Thread> running = new ArrayList<>();
        loads.forEach(
                (party, load) ->
                        running.add(
                                Thread.ofPlatform()
                                        .name(party.name())
                                        .start(() -> load.run(length, () -> {}))));
        Map<Party, List<Sample>> samples = new LinkedHashMap<>();
        running.forEach(BruteForceLoad::join);
        loads.forEach(
                (party, load) -> {
                    load.close();
                    samples.put(party, List.copyOf(load.samples()));
                });
        return samples;
    }

    private Load load(Party party, long guesses, Supplier<String> guesser) {
        return switch (party) {
            case SESSION -> throw new IllegalArgumentException("always included");
            case ATTACKER ->
                    new Load(
                            port,
                            () -> password(guesser.get(), "user0", "guess" + next()),
                            guesses,
                            AT_ONCE);
            case NEW_ADDRESS ->
                    new Load(port, () -> password(address(), "user0", PASSWORD), 1, AT_ONCE);
            case TRUSTED_ADDRESS ->
                    new Load(
                            port,
                            () -> password(ADDRESS, user(users.incrementAndGet()), PASSWORD),
                            1,
                            AT_ONCE);
        };
    }

    /** A new address. */
    String address() {
        long number = next();
        return "100.%d.%d.%d".formatted(64 + (number >> 16 & 63), number >> 8 & 255, number & 255);
    }

    private long next() {
        return numbers.incrementAndGet();
    }

    /** An auth request with a password. */
    static String password(String address, String user, String password) {
        return request(address).with("Authorization", basic(user, password)).wire();
    }

    /** The value of {@code Authorization} for a user and a password. */
    static String basic(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private String withSession() {
        return request("192.0.2.2").with("Cookie", "authentik_proxy=session").wire();
    }

    private static RawRequest request(String address) {
        return RawRequest.get(Kind.AUTHENTIK.path())
                .with("X-Forwarded-For", address)
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Uri", "/");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
