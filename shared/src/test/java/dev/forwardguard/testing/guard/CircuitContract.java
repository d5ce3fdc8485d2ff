package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An outage as visitors, Prometheus and operators see it, from beginning to end. */
public abstract class CircuitContract extends AgainstStubUpstream {
    protected CircuitContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "read-timeout: 300ms, deadline: 300ms";
    }

    @Override
    protected String breaker() {
        return "probe-interval: 200ms, probe-max-interval: 400ms";
    }

    @Test
    void hangingUpstreamDelaysOnlyFiveRequests() throws IOException {
        upstream.behaves(Behaviour.hangs());
        for (int i = 0; i < 5; i++) {
            assertThat(reason(ask())).isIn("read_timeout", "deadline");
        }
        assertThat(metric("guard_circuit_state")).isEqualTo(2);
        assertThat(status()).contains("\"circuit\":\"open\"");

        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RawAnswer answer = ask();
            assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
            assertThat(reason(answer)).isEqualTo(FallbackReason.CIRCUIT_OPEN.label());
            waits.add(answer.elapsed());
        }
        assertThat(waits.stream().sorted().toList().get(25)).isLessThan(Duration.ofMillis(100));

        upstream.behaves(Behaviour.answers(200));
        Eventually.until("a verdict", () -> ask().header("X-Guard-Fallback").isEmpty());
        Eventually.until(
                "the end of the outage",
                () -> {
                    ask();
                    return metric("guard_circuit_state") == 0;
                });
        assertThat(metric("guard_upstream_probe_total")).isPositive();
        assertThat(status()).contains("\"circuit\":\"closed\"");
    }

    private static String reason(RawAnswer answer) {
        return answer.header("X-Guard-Fallback").orElse("none");
    }

    private String status() throws IOException {
        return guard.status();
    }

    /** The sum over all labels. */
    private double metric(String name) throws IOException {
        return guard.management()
                .ask(RawRequest.get("/prometheus"))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }
}
