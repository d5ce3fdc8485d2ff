package dev.forwardguard.load;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Nginx;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An nginx with one worker. */
record NginxServer(ChildProcess process, int port) implements AutoCloseable {
    /**
     * Starts nginx.
     *
     * @param http the content of the http section; LISTEN in it is replaced by the port
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    static NginxServer start(Path directory, String http, List<String> launcher)
            throws IOException {
        int port = Loopback.freePort();
        Path file = directory.resolve("nginx.conf");
        Files.writeString(file, configuration(http.replace("LISTEN", "" + port)));
        List<String> command = new ArrayList<>(launcher);
        command.add(Program.installed("nginx", "nginx-light").path().toString());
        command.addAll(List.of("-p", directory.toString(), "-e", "stderr", "-c", file.toString()));
        var process = ChildProcess.start(directory.resolve("nginx.log"), Map.of(), command);
        process.awaitListening(port);
        return new NginxServer(process, port);
    }

    private static String configuration(String http) {
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
        %s
        }
        """
                .formatted(Nginx.user(), http);
    }

    @Override
    public void close() {
        process.close();
    }
}
