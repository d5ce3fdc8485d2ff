package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Program;

import java.util.List;
import java.util.Map;

/**
 * The design that the guards replace: nginx proxies to the upstream, with a fallback of its own.
 *
 * @param name the name in the table
 * @param keepAlive whether it keeps connections to the upstream; the original sketch did not
 * @param caching whether it keeps verdicts of a session for 10 s
 * @param cores that it runs on
 */
record NginxContender(String name, boolean keepAlive, boolean caching, String cores)
        implements Contender {
    static final NginxContender SKETCHED =
            new NginxContender("nginx as sketched", false, false, BenchRig.CORE);
    static final NginxContender KEEP_ALIVE =
            new NginxContender("nginx with keep-alive", true, false, BenchRig.CORE);
    static final NginxContender CACHING =
            new NginxContender("nginx with proxy_cache", true, true, BenchRig.CORE);

    /** With keep-alive, on both cores. */
    static final NginxContender UNPINNED =
            new NginxContender(
                    KEEP_ALIVE.name, true, false, BenchRig.CORE + "-" + BenchUpstream.CORE);

    /**
     * Without {@code proxy_cache_lock}: with it, whoever waits for another one's answer looks for
     * it each half second.
     */
    private static final String CACHE =
            """
            proxy_cache verdicts;
            proxy_cache_key "$http_x_forwarded_proto $http_x_forwarded_host $request_uri \
            $cookie_%s";
            proxy_cache_valid 200 10s;
            proxy_ignore_headers Cache-Control;
            """
                    .formatted(VisitorRequest.SESSION_COOKIE);

    @Override
    public Running start(BenchRig rig) {
        rig.file("htpasswd", BenchRig.HTPASSWD);
        rig.file("allowed", "");
        return nginx(rig, servers(rig));
    }

    private String servers(BenchRig rig) {
        return """
        upstream backend { server 127.0.0.1:%1$d; %2$s }
        %5$s
        server {
            listen 127.0.0.1:%3$d backlog=1024;
            proxy_connect_timeout 3s;
            proxy_read_timeout 5s;
            %4$s
            location = /auth {
                proxy_pass http://backend;
                error_page 502 503 504 = @allowed;
            }
            location / {
                proxy_pass http://backend;
                %6$s
                error_page 502 503 504 = @login;
            }
            location @allowed {
                add_header X-Guard-Fallback circuit_open always;
                return 200;
            }
            location @login {
                auth_basic "Emergency Access";
                auth_basic_user_file htpasswd;
                add_header X-authentik-username $remote_user always;
                root .;
                try_files /allowed =500;
            }
        }
        """
                .formatted(
                        rig.upstream(),
                        keepAlive ? "keepalive 256; keepalive_requests 100000000;" : "",
                        rig.port(),
                        keepAlive
                                ? "proxy_http_version 1.1; proxy_set_header Connection \"\";"
                                : "",
                        caching ? "proxy_cache_path cache keys_zone=verdicts:10m;" : "",
                        caching ? CACHE : "");
    }

    /** Starts nginx with one worker, and limits that no scenario reaches. */
    static Running nginx(BenchRig rig, String servers) {
        String root = System.getProperty("user.name").equals("root") ? "user root;" : "";
        rig.file(
                "nginx.conf",
                """
                daemon off;
                %s
                worker_processes 1;
                worker_rlimit_nofile 8192;
                pid nginx.pid;
                error_log stderr error;
                events { worker_connections 4096; }
                http {
                    access_log off;
                    keepalive_requests 100000000;
                    client_header_buffer_size 4k;
                    large_client_header_buffers 8 256k;
                    client_body_temp_path client_body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                %s
                }
                """
                        .formatted(root, servers));
        String program = Program.installed("nginx", "nginx-light").path().toString();
        String directory = rig.directory().toString();
        return rig.run(
                Map.of(), List.of(program, "-p", directory, "-e", "stderr", "-c", "nginx.conf"));
    }
}
