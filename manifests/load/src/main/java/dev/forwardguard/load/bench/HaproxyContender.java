package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Program;

import java.util.List;
import java.util.Map;

/** haproxy, the fastest proxy in the distributions, with one thread. It has no fallback here. */
record HaproxyContender() implements Contender {
    static final HaproxyContender INSTANCE = new HaproxyContender();

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public Running start(BenchRig rig) {
        // a request's headers must fit into one buffer, by default 16 KiB
        rig.file(
                "haproxy.cfg",
                """
                global
                    nbthread 1
                    maxconn 4096
                    tune.bufsize 32768
                defaults
                    mode http
                    timeout connect 3s
                    timeout client 60s
                    timeout server 5s
                    http-reuse always
                frontend traefik
                    bind 127.0.0.1:%d backlog 1024
                    default_backend upstream
                backend upstream
                    server upstream 127.0.0.1:%d
                """
                        .formatted(rig.port(), rig.upstream()));
        String program = Program.installed("haproxy", "haproxy").path().toString();
        return rig.run(
                Map.of(),
                List.of(program, "-db", "-f", rig.directory().resolve("haproxy.cfg").toString()));
    }
}
