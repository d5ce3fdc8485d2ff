package dev.forwardguard.verdict;

import static dev.forwardguard.verdict.RememberingGuard.USER;
import static dev.forwardguard.verdict.RememberingGuard.address;
import static dev.forwardguard.verdict.RememberingGuard.allow;
import static dev.forwardguard.verdict.RememberingGuard.down;
import static dev.forwardguard.verdict.RememberingGuard.guard;
import static dev.forwardguard.verdict.RememberingGuard.refusal;
import static dev.forwardguard.verdict.RememberingGuard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.verdict.Verdicts.RememberedAllow;

import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * Random requests, verdicts, waits, sign-outs and settings, beside a reference of a few lines: the
 * guard never allows what the reference does not, and forgets nothing that it need not.
 */
class VerdictsModelTest {
    private static final int STEPS = 2_000;
    private static final List<String> HOSTS = List.of("a.example", "b.example", "a.example:8443");
    private static final List<String> SCHEMES = List.of("https", "http", "wss");
    private static final List<ClientAddress> ADDRESSES =
            List.of(
                    address("198.51.100.1"),
                    address("198.51.100.2"),
                    address("203.0.113.1"),
                    address("2001:db8::1"));
    private static final List<VerdictSettings> SETTINGS =
            List.of(
                    settings(10, 0),
                    settings(0, 60),
                    settings(5, 60),
                    settings(10, 8),
                    settings(0, 0));

    private final RememberingGuard guard = new RememberingGuard();

    @AfterEach
    void close() {
        guard.close();
    }

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    private record Question(String session, String host, String scheme) {
        HttpHeaders headers() {
            return RememberingGuard.session(session)
                    .set("X-Forwarded-Host", host)
                    .set("X-Forwarded-Proto", scheme);
        }

        /** What it is to the upstream. */
        Question known() {
            return new Question(session, host, scheme.equals("wss") ? "https" : scheme);
        }
    }

    private record Allowed(String user, String network, long at) {}

    /** The reference. */
    private static final class Model {
        private final Map<Question, Allowed> allowed = new HashMap<>();
        private final Map<String, String> owners = new HashMap<>();

        Optional<Allowed> within(Question question, Duration age, long now) {
            return Optional.ofNullable(allowed.get(question.known()))
                    .filter(each -> now - each.at < age.toNanos());
        }

        /** The end of a session ends all others of its user. */
        void forgetOwnerOf(String session) {
            String user = owners.get(session);
            allowed.values().removeIf(each -> each.user.equals(user));
        }

        void allow(Question question, Allowed now) {
            String before = owners.put(question.session, now.user);
            if (before != null && !before.equals(now.user)) {
                allowed.entrySet()
                        .removeIf(
                                each ->
                                        each.getKey().session.equals(question.session)
                                                && each.getValue().user.equals(before));
            }
            allowed.put(question.known(), now);
        }

        void clear() {
            allowed.clear();
            owners.clear();
        }

        void expire(Duration longest, long now) {
            allowed.values().removeIf(each -> now - each.at >= longest.toNanos());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allowsWhatReferenceAllows(long seed) {
        var random = new Random(seed);
        var model = new Model();
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(20)) {
                case 0 -> guard.advance(Duration.ofSeconds(random.nextInt(40)));
                case 1 -> {
                    String session = one(random, List.of("s", "t", "u"));
                    guard.verdicts.signOut(RememberingGuard.session(session), guard.settings).run();
                    if (!guard.settings.areOff()) {
                        model.forgetOwnerOf(session);
                    }
                }
                case 2 -> changeSettings(random, model);
                case 3 -> changeMode(random);
                case 4, 5, 6 -> guard.advance(Duration.ofMillis(random.nextInt(3_000)));
                default -> ask(random, model);
            }
        }
    }

    private static <T> T one(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void changeSettings(Random random, Model model) {
        VerdictSettings next = one(random, SETTINGS);
        if (!next.equals(guard.settings)) {
            model.clear();
        }
        guard.settings = next;
        guard.comeIntoForce();
    }

    private void changeMode(Random random) {
        guard.guard = guard("http://outpost:9000", one(random, List.of(Mode.AUTO, Mode.FALLBACK)));
        guard.comeIntoForce();
    }

    private void ask(Random random, Model model) {
        var question =
                new Question(
                        one(random, List.of("s", "t", "u")),
                        one(random, HOSTS),
                        one(random, SCHEMES));
        ClientAddress from = one(random, ADDRESSES);
        boolean token = random.nextInt(5) == 0;
        HttpHeaders headers = question.headers();
        if (token) {
            headers.set("Authorization", "Bearer t");
        }
        boolean forced = guard.guard.mode() == Mode.FALLBACK;
        UpstreamOutcome outcome = forced ? down() : outcome(random);
        long now = guard.clock.get();
        VerdictSettings in = guard.settings;
        model.expire(in.longest(), now);
        Optional<Allowed> fresh =
                forced || token ? Optional.empty() : model.within(question, in.reuse(), now);

        UpstreamOutcome given =
                guard.verdicts
                        .inFrontOf(
                                (_, _) -> CompletableFuture.completedFuture(outcome),
                                in,
                                () -> from)
                        .ask(guard.request(headers), guard.guard)
                        .toCompletableFuture()
                        .join();
        if (fresh.isPresent()) {
            assertThat(userOf(given)).isEqualTo(fresh.get().user);
        } else {
            assertThat(given).isEqualTo(outcome);
            learn(model, question, outcome, token, from, now);
        }
        assertThat(survivor(headers, from))
                .isEqualTo(
                        model.within(question, in.surviveOutage(), now)
                                .filter(each -> each.network.equals(network(from)))
                                .map(Allowed::user));
    }

    private Optional<String> survivor(HttpHeaders headers, ClientAddress from) {
        return guard.lastAllow(headers, from).map(RememberedAllow::user);
    }

    private static String network(ClientAddress address) {
        return address.surroundings().bits() + "/" + address.surroundings().length();
    }

    private static UpstreamOutcome outcome(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> refusal(302);
            case 1 -> refusal(401);
            case 2 -> refusal(403);
            case 3 -> refusal(400);
            case 4 -> down();
            case 5 -> allow("");
            case 6 -> allow("alice", "Set-Cookie", "authentik_proxy_1=x");
            case 7, 8 -> allow("bob");
            default -> allow("alice");
        };
    }

    private void learn(
            Model model,
            Question question,
            UpstreamOutcome outcome,
            boolean token,
            ClientAddress from,
            long now) {
        if (guard.settings.areOff()
                || guard.guard.mode() == Mode.FALLBACK
                || !(outcome instanceof Answered(var verdict))) {
            return;
        }
        if (!verdict.allows()) {
            if (verdict.status().code() != 400) {
                model.forgetOwnerOf(question.session);
            }
        } else if (!token
                && verdict.headers().contains(USER)
                && !verdict.headers().contains("Set-Cookie")) {
            model.allow(question, new Allowed(userOf(outcome), network(from), now));
        }
    }

    private static String userOf(UpstreamOutcome outcome) {
        return ((Answered) outcome).verdict().headers().get(USER);
    }
}
