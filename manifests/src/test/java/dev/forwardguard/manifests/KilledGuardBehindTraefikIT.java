package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Traefik passes on what a guard sends, also when that ends in the middle. */
class KilledGuardBehindTraefikIT {
    private static final int VISITORS = 16;
    private static final String PAGE = "x".repeat(16_000);

    private static GatewayFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory);
        fixture.outpost().behaves(Behaviour.answers(Answer.of(403).body(PAGE)));
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @RepeatedTest(3)
    void leavesNoHalfRefusal() throws Exception {
        Collection<String> outcomes = new ConcurrentLinkedQueue<>();
        try (ExecutorService visitors = Executors.newFixedThreadPool(VISITORS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < VISITORS; i++) {
                all.add(visitors.submit(() -> askUntilRefusedByTraefik(outcomes)));
            }
            Eventually.until("refusals", () -> outcomes.size() > 5 * VISITORS);

            fixture.authentikGuard().process().kill();

            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            fixture.authentikGuard().restart();
        }
        assertThat(outcomes).containsOnly("whole refusal", "500 without a page");
    }

    private static void askUntilRefusedByTraefik(Collection<String> outcomes) {
        String outcome = "";
        while (outcome.isEmpty() || outcome.equals("whole refusal")) {
            outcome = outcome();
            outcomes.add(outcome);
        }
    }

    private static String outcome() {
        try {
            RawAnswer answer = fixture.ask(GatewayFixture.page());
            if (answer.status() == 403 && answer.body().equals(PAGE)) {
                return "whole refusal";
            }
            return answer.status() == 500 && answer.body().isEmpty()
                    ? "500 without a page"
                    : answer.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
