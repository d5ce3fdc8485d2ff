package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.manifests.Program;

import java.util.List;
import java.util.Map;

/** The fastest of the proxies in the distributions, with one thread. It has no fallback here. */
record HaproxyContender() implements Contender {
    static final HaproxyContender INSTANCE = new HaproxyContender();

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public Running start(BenchRig stand) {
        // a request's headers have to fit into one buffer, which is 16 KiB if nobody says more
        stand.file(
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
                        .formatted(stand.port(), stand.upstream()));
        String program = Program.installed("haproxy", "haproxy").path().toString();
        return stand.run(
                Map.of(),
                List.of(program, "-db", "-f", stand.directory().resolve("haproxy.cfg").toString()));
    }
}
