package dev.forwardguard.manifests.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the guards replace: nginx that asks the upstream, and answers itself if that fails. */
final class Shim {
    private Shim() {}

    /** One that lets everybody pass without a verdict. */
    static NginxServer start(Path directory, int upstream) throws IOException {
        return NginxServer.start(directory, configuration(upstream, "return 200;"), List.of());
    }

    /**
     * One that asks for a password instead, and says who gave it.
     *
     * @param launcher what stands before the command, such as {@code taskset -c 0}
     */
    static NginxServer startWithPasswords(
            Path directory, int upstream, String htpasswd, List<String> launcher)
            throws IOException {
        Path users = Files.writeString(directory.resolve("nginx.htpasswd"), htpasswd);
        // a handler and not "return", which would come before the password
        String fallback =
                """
                auth_basic "Emergency Access";
                auth_basic_user_file %s;
                add_header X-authentik-username $remote_user;
                empty_gif;
                """
                        .formatted(users);
        return NginxServer.start(directory, configuration(upstream, fallback), launcher);
    }

    private static String configuration(int upstream, String fallback) {
        return """
        upstream backend { server 127.0.0.1:%d; keepalive 32; }
        server {
            listen 127.0.0.1:LISTEN;
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
        """
                .formatted(upstream, fallback);
    }
}
