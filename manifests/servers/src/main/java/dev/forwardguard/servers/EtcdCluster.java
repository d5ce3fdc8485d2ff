package dev.forwardguard.servers;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The members of one etcd: one or several. */
public final class EtcdCluster implements AutoCloseable {
    private record Ports(int client, int peer, int metrics) {
        static Ports free() {
            return new Ports(Loopback.freePort(), Loopback.freePort(), Loopback.freePort());
        }
    }

    private final List<EtcdMember> members = new ArrayList<>();

    private EtcdCluster() {}

    /** Starts one member without TLS, and waits until it takes writes. */
    public static EtcdCluster start(Program program, Path directory, String... flags) {
        return start(program, directory, 1, Optional.empty(), List.of(flags));
    }

    /**
     * Starts members, and waits until they take writes.
     *
     * @param number of members
     * @param certificates with them, clients need TLS and a certificate
     * @param flags more flags of all members
     */
    public static EtcdCluster start(
            Program program,
            Path directory,
            int number,
            Optional<EtcdCertificates> certificates,
            List<String> flags) {
        List<Ports> ports = IntStream.range(0, number).mapToObj(_ -> Ports.free()).toList();
        String cluster =
                IntStream.range(0, number)
                        .mapToObj(i -> "m%d=%s".formatted(i, http(ports.get(i).peer())))
                        .collect(Collectors.joining(","));
        var all = new EtcdCluster();
        try {
            for (int i = 0; i < number; i++) {
                all.members.add(
                        member(
                                program,
                                directory,
                                "m" + i,
                                ports.get(i),
                                cluster,
                                certificates,
                                flags));
            }
            all.awaitHealthy();
            return all;
        } catch (AssertionError e) {
            all.close();
            throw e;
        }
    }

    private static EtcdMember member(
            Program program,
            Path directory,
            String name,
            Ports ports,
            String cluster,
            Optional<EtcdCertificates> certificates,
            List<String> flags) {
        Path data = directory.resolve("etcd-" + name);
        String clients =
                (certificates.isPresent() ? "https" : "http") + "://127.0.0.1:" + ports.client();
        List<String> arguments = new ArrayList<>();
        arguments.add("--name=" + name);
        arguments.add("--data-dir=" + data);
        arguments.add("--listen-client-urls=" + clients);
        arguments.add("--advertise-client-urls=" + clients);
        arguments.add("--listen-peer-urls=" + http(ports.peer()));
        arguments.add("--initial-advertise-peer-urls=" + http(ports.peer()));
        arguments.add("--initial-cluster=" + cluster);
        arguments.add("--listen-metrics-urls=" + http(ports.metrics()));
        arguments.add("--bcrypt-cost=4"); // tests log in often
        certificates.ifPresent(
                all -> {
                    arguments.add("--cert-file=" + all.certificate("server"));
                    arguments.add("--key-file=" + all.key("server"));
                    arguments.add("--trusted-ca-file=" + all.ca());
                    arguments.add("--client-cert-auth=true");
                });
        arguments.addAll(flags);
        // it listens before it has a leader, for which it may need the others
        var part =
                new Part(directory, program, arguments, () -> Loopback.isListening(ports.client()));
        return new EtcdMember(name, URI.create(clients), ports.metrics(), part, data);
    }

    private static String http(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** Waits until every member that runs takes writes. */
    public void awaitHealthy() {
        for (EtcdMember each : members) {
            each.part().process().await("health of " + each.name(), each::isHealthy);
        }
    }

    public List<EtcdMember> members() {
        return List.copyOf(members);
    }

    /** The first member, or the only one. */
    public EtcdMember first() {
        return members.getFirst();
    }

    /** The client URLs, separated by commas. */
    public String endpoints() {
        return members.stream().map(each -> each.url().toString()).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        members.forEach(EtcdMember::close);
    }
}
