package dev.forwardguard.authentik.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.AuthentikBeans;
import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.settings.LiveSettings;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tests when the login is asked, with a clock and an event loop that are moved by hand. */
class LoginHealthTest {
    private static final String URL = "http://login.example:9000/-/health/ready/";

    private final LiveSettings<AuthentikSettings> settings =
            new AuthentikBeans().settings(Clock.systemUTC(), false);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicLong nanos = new AtomicLong();
    private final List<CompletableFuture<OptionalInt>> asked = new ArrayList<>();
    private final List<URI> addresses = new ArrayList<>();
    private int revision;
    private boolean broken;
    private final LoginHealth health =
            new LoginHealth(
                    settings::now,
                    (url, _) -> {
                        addresses.add(url);
                        return () -> {
                            if (broken) {
                                throw new IllegalStateException("a bug");
                            }
                            asked.add(new CompletableFuture<>());
                            return asked.getLast();
                        };
                    },
                    channel.eventLoop(),
                    nanos::get,
                    Clock.systemUTC());

    LoginHealthTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void asksNobodyWithoutAddress() {
        settings("mode: auto");

        run(60);

        assertThat(asked).isEmpty();
        assertThat(health.status().state()).isEqualTo(LoginState.OFF);
    }

    @Test
    void asksAtOnceAndThenEveryFiveSeconds() {
        settings(withUrl(""));
        assertThat(asked).hasSize(1);
        answer(204);

        run(600, 204);

        // with a jitter of a tenth each way
        assertThat(asked.size()).isBetween(109, 135);
        assertThat(health.isFailing()).isFalse();
    }

    @Test
    void asksOneAtATimeAndAgainAtOnceAfterASlowAnswer() {
        settings(withUrl(""));
        run(30);
        assertThat(asked).hasSize(1);

        answer(204);
        run(0);

        assertThat(asked).hasSize(2);
    }

    @Test
    void countsTheTimeOfAnAnswerAsPartOfThePeriod() {
        settings(withUrl(""));
        run(4);
        answer(204);

        run(2);

        assertThat(asked).hasSize(2);
    }

    @Test
    void failsAfterThreeFailuresAndRecoversAfterThreeSuccesses() {
        settings(withUrl(""));
        answer(204);
        for (int i = 0; i < 3; i++) {
            assertThat(health.isFailing()).isFalse();
            run(6);
            answer(i == 1 ? 0 : 503);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(health.isFailing()).isTrue();
            run(6);
            answer(200);
        }

        assertThat(health.isFailing()).isFalse();
        assertThat(health.status().state()).isEqualTo(LoginState.HEALTHY);
    }

    @Test
    void exceptionIsAFailure() {
        settings(withUrl(""));
        answer(204);
        for (int i = 0; i < 3; i++) {
            run(6);
            asked.getLast().completeExceptionally(new IllegalStateException("a bug"));
        }

        assertThat(health.isFailing()).isTrue();
    }

    /** Otherwise nobody would ever be asked again. */
    @Test
    void requestThatCannotBeSentIsAFailure() {
        settings(withUrl(""));
        answer(204);
        broken = true;
        run(20);
        assertThat(asked).hasSize(1);
        assertThat(health.isFailing()).isTrue();

        broken = false;
        run(18, 204);

        assertThat(asked).hasSizeGreaterThan(1);
        assertThat(health.isFailing()).isFalse();
    }

    @Test
    void beginsAnewWithAnotherAddressOrTimeout() {
        for (String change :
                List.of(withUrl("").replace("ready", "live"), withUrl("deadline: 1s"))) {
            settings(withUrl(""));
            fail();
            assertThat(health.isFailing()).isTrue();

            settings(change);

            assertThat(health.status().state()).isEqualTo(LoginState.UNKNOWN);
            for (int i = 0; i < 5; i++) {
                answer(503);
                run(6);
            }
            assertThat(health.isFailing()).isFalse();
        }
        assertThat(addresses).hasSize(4);
    }

    @Test
    void ignoresAnswerFromTheAddressBefore() {
        settings(withUrl(""));
        CompletableFuture<OptionalInt> before = asked.getLast();
        settings(withUrl("").replace("ready", "live"));
        assertThat(asked).hasSize(2);

        before.complete(OptionalInt.of(204));

        assertThat(health.status().state()).isEqualTo(LoginState.UNKNOWN);
        answer(204);
        assertThat(health.status().state()).isEqualTo(LoginState.HEALTHY);
        run(6);
        assertThat(asked).as("one timer, not two").hasSize(3);
    }

    /** An operator who changes a text in an outage must not end Emergency Access by it. */
    @Test
    void keepsWhatItKnowsWhenOtherSettingsChange() {
        settings(withUrl(""));
        fail();

        settings(withUrl("") + "emergency: {message: Call Eve}\n");
        assertThat(health.isFailing()).isTrue();
        answer(503);

        assertThat(health.isFailing()).isTrue();
        assertThat(addresses).hasSize(1);
    }

    @Test
    void stopsInModeFallbackAndGoesOnAfterIt() {
        settings(withUrl(""));
        fail();
        run(6);
        answer(503);

        settings("mode: fallback\n" + withUrl(""));
        int before = asked.size();
        run(60);
        assertThat(asked).hasSize(before);
        assertThat(health.isFailing()).isFalse();

        settings("mode: auto\n" + withUrl(""));
        assertThat(asked).hasSize(before + 1);
        for (int i = 0; i < 3; i++) {
            answer(503);
            run(6);
        }
        assertThat(health.isFailing()).isTrue();
    }

    @Test
    void answerThatArrivesInModeFallbackCountsForNothing() {
        settings(withUrl(""));
        answer(204);
        run(6);
        settings("mode: fallback\n" + withUrl(""));

        answer(503);
        run(6);

        assertThat(health.status().failures()).isZero();
        assertThat(health.status().state()).isEqualTo(LoginState.UNKNOWN);
        int before = asked.size();
        run(60);
        assertThat(asked).hasSize(before);
    }

    @Test
    void switchesOffWhenTheAddressIsRemoved() {
        settings(withUrl(""));
        fail();

        settings("mode: auto\n");

        assertThat(health.isFailing()).isFalse();
        assertThat(health.status().state()).isEqualTo(LoginState.OFF);
        int before = asked.size();
        run(60);
        assertThat(asked).hasSize(before);
    }

    @Test
    void asksNoMoreOnceClosed() {
        settings(withUrl(""));
        answer(204);
        run(6);

        health.close();
        run(0);
        answer(204);
        run(60);
        settings(withUrl("") + "emergency: {message: x}\n");

        assertThat(asked).hasSize(2);
    }

    private void fail() {
        answer(204);
        for (int i = 0; i < 3; i++) {
            run(6);
            answer(503);
        }
    }

    private static String withUrl(String more) {
        return "upstream: {login-health-url: '" + URL + "', " + more + "}\n";
    }

    private void settings(String text) {
        settings.value().offer("revision-" + revision++, text.getBytes(StandardCharsets.UTF_8));
        health.settingsChanged();
        run(0);
    }

    private void answer(int status) {
        asked.getLast().complete(status == 0 ? OptionalInt.empty() : OptionalInt.of(status));
    }

    private void run(int seconds) {
        run(seconds, 0);
    }

    /** Lets time pass, and answers each request with this status unless it is 0. */
    private void run(int seconds, int status) {
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        for (int i = 0; i < 10 * seconds; i++) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
            channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
            if (status != 0) {
                answer(status);
            }
        }
    }
}
