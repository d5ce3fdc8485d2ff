package dev.forwardguard.load.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ChildProcess;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tests that a gateway's guards count: without them, no limit would notice a slow guard. */
class RunningTest {
    private static final double SOME_CPU = 100_000;

    @TempDir private Path directory;

    private ChildProcess idle;
    private ChildProcess busy;

    @BeforeEach
    void start() {
        idle = shell("exec sleep 60");
        busy = shell("while :; do :; done");
    }

    @AfterEach
    void end() {
        idle.close();
        busy.close();
    }

    @Test
    void countsServersBehindGateway() {
        var gateway = Running.gateway(idle, 1, List.of(new Running(busy, 2)));
        Use before = gateway.use();

        busy.await("use of CPU", () -> gateway.use().micros(before) > SOME_CPU);

        assertThat(gateway.use().gatewayMicros(before)).isBetween(0.0, SOME_CPU / 2);
    }

    @Test
    void tellsGatewayFromServersBehindIt() {
        var gateway = Running.gateway(busy, 1, List.of(new Running(idle, 2)));
        Use before = gateway.use();

        busy.await("use of CPU", () -> gateway.use().gatewayMicros(before) > SOME_CPU);

        assertThat(gateway.use().micros(before)).isGreaterThan(SOME_CPU);
    }

    @Test
    void hasNoGatewayOtherwise() {
        var server = new Running(idle, 1);

        assertThat(server.use().gatewayMicros(server.use())).isNaN();
    }

    @Test
    void countsThreadsOfServersBehindGatewayOnly() {
        var gateway = Running.gateway(idle, 1, List.of(new Running(busy, 2)));
        var alone = Running.gateway(busy, 1, List.of());
        Use before = gateway.use();

        busy.await(
                "use of CPU",
                () -> gateway.use().threads().since(before.threads()) > SOME_CPU * 1_000);

        assertThat(gateway.use().threads().shares(before.threads()).of(Metric.OTHER_THREADS))
                .isEqualTo(100);
        assertThat(alone.use().threads().since(alone.use().threads())).isZero();
    }

    @Test
    void endsServersBehindGateway() {
        Running.gateway(idle, 1, List.of(new Running(busy, 2))).close();

        assertThat(ProcessHandle.of(busy.pid())).isEmpty();
    }

    private ChildProcess shell(String script) {
        return ChildProcess.start(directory.resolve("log"), Map.of(), List.of("sh", "-c", script));
    }
}
