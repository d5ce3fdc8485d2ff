package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.ChildProcess;
import dev.forwardguard.manifests.Loopback;
import dev.forwardguard.manifests.Nginx;
import dev.forwardguard.manifests.Program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the guards replace: nginx that asks the upstream, and answers itself if that fails. */
record Shim(ChildProcess process, int port) implements AutoCloseable {
    /** One that lets everybody pass without a verdict. */
    static Shim start(Path directory, int upstream) throws IOException {
        return start(directory, upstream, "return 200;");
    }

    /** One that asks for a password instead, and says who gave it. */
    static Shim startWithPasswords(Path directory, int upstream, String htpasswd)
            throws IOException {
        Path users = Files.writeString(directory.resolve("nginx.htpasswd"), htpasswd);
        // a handler and not "return", which would come before the password
        return start(
                directory,
                upstream,
                """
                auth_basic "Emergency Access";
                auth_basic_user_file %s;
                add_header X-authentik-username $remote_user;
                empty_gif;
                """
                        .formatted(users));
    }

    private static Shim start(Path directory, int upstream, String fallback) throws IOException {
        int port = Loopback.freePort();
        Path file = directory.resolve("nginx.conf");
        Files.writeString(file, configuration(port, upstream, fallback));
        Path program = Program.installed("nginx", "nginx-light").path();
        var process =
                ChildProcess.start(
                        directory.resolve("nginx.log"),
                        Map.of(),
                        List.of(
                                program.toString(),
                                "-p",
                                directory.toString(),
                                "-e",
                                "stderr",
                                "-c",
                                file.toString()));
        process.awaitListening(port);
        return new Shim(process, port);
    }

    private static String configuration(int port, int upstream, String fallback) {
        return """
        daemon off;
        %s
        pid nginx.pid;
        error_log stderr error;
        worker_rlimit_nofile 8192;
        events { worker_connections 4096; }
        http {
            access_log off;
            client_body_temp_path client_body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            upstream backend { server 127.0.0.1:%d; keepalive 32; }
            server {
                listen 127.0.0.1:%d;
                location / {
                    proxy_pass http://backend;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_connect_timeout 5s;
                    proxy_read_timeout 5s;
                    proxy_intercept_errors on;
                    error_page 502 503 504 = @fallback;
                }
                location @fallback {
                    add_header X-Guard-Fallback nginx always;
                    %s
                }
            }
        }
        """
                .formatted(Nginx.user(), upstream, port, fallback);
    }

    @Override
    public void close() {
        process.close();
    }
}
