package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** nginx in the foreground, with all its files in the test's directory. */
public final class Nginx {
    private Nginx() {}

    public static Gateway.Running start(Path directory, Map<String, String> addresses) {
        Map<String, String> here = new HashMap<>(addresses);
        here.put("/run/nginx/", directory + "/");
        return start("nginx.conf", directory, here);
    }

    /**
     * Starts it as authentik's documentation has it, without the bot blocker.
     *
     * @param addresses of authentik-guard and the application
     */
    public static Gateway.Running asDocumented(Path directory, Map<String, String> addresses) {
        return start("nginx-as-documented.conf", directory, addresses);
    }

    private static Gateway.Running start(
            String configuration, Path directory, Map<String, String> addresses) {
        Program program = Program.installed("nginx", "nginx-light");
        int httpsPort = Loopback.freePort();
        int httpPort = Loopback.freePort();
        Certificate certificate = Certificate.in(directory);
        Map<String, String> here = new HashMap<>(addresses);
        here.put("listen 443", "listen 127.0.0.1:" + httpsPort);
        here.put("listen 80", "listen 127.0.0.1:" + httpPort);
        here.put("/etc/nginx/tls/cert.pem", certificate.certificate().toString());
        here.put("/etc/nginx/tls/key.pem", certificate.key().toString());
        Path file = directory.resolve("nginx.conf");
        try {
            Files.writeString(file, main());
            Files.writeString(
                    directory.resolve("forward-guard.conf"),
                    Gateway.configuration(configuration, here));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var process =
                ChildProcess.start(
                        directory.resolve("nginx.log"),
                        Map.of(),
                        List.of(
                                program.path().toString(),
                                "-p",
                                directory.toString(),
                                "-e",
                                "stderr",
                                "-c",
                                file.toString()));
        return new Gateway.Running(process, httpsPort, httpPort, certificate.authority());
    }

    private static String main() {
        return """
        daemon off;
        %s
        pid nginx.pid;
        error_log stderr warn;
        events {}
        http {
            access_log off;
            client_body_temp_path client_body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            include forward-guard.conf;
        }
        """
                .formatted(user());
    }

    /**
     * A line for its configuration. Started as root, nginx would run its workers as another user,
     * who may not read the test's directory.
     */
    public static String user() {
        return System.getProperty("user.name").equals("root") ? "user root;" : "";
    }
}
