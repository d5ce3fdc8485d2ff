package dev.forwardguard.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the guards replace: nginx that proxies to the upstream, with a fallback of its own. */
final class Shim {
    private Shim() {}

    /** Starts one whose fallback is to allow. */
    static NginxServer start(Path directory, int upstream) throws IOException {
        return NginxServer.start(directory, configuration(upstream, "return 200;"), List.of());
    }

    /**
     * Starts one whose fallback is HTTP Basic; it returns the user in a header.
     *
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    static NginxServer startWithPasswords(
            Path directory, int upstream, String htpasswd, List<String> launcher)
            throws IOException {
        Path users = Files.writeString(directory.resolve("nginx.htpasswd"), htpasswd);
        // a content handler: "return" would run before the password is checked
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
