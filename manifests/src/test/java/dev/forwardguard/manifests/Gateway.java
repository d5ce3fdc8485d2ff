package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A kind of gateway, which can be put in front of the guards. */
@FunctionalInterface
public interface Gateway {
    /**
     * Starts one.
     *
     * @param addresses what stands in its configuration, and what takes its place here
     */
    Running start(Path directory, Map<String, String> addresses);

    /** A gateway that serves, by TLS and without, as one whose certificates come from this one. */
    record Running(ChildProcess process, int httpsPort, int httpPort, Path trusted) {}

    /** Where a gateway is; skips the tests when it is nowhere, except in CI. */
    public static Path installed(String program, String debianPackage) {
        // Debian has nginx where the PATH of ordinary users does not lead
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> missing(program, debianPackage));
    }

    private static Path missing(String program, String debianPackage) {
        String line = program + " is not installed; apt-get install " + debianPackage;
        if ("true".equals(System.getenv("CI"))) {
            return fail(line);
        }
        System.out.println("SKIPPED: the tests behind " + program + ": " + line);
        return abort(line);
    }

    /** A configuration as it is to be copied, with addresses of here. */
    static String configuration(String name, Map<String, String> addresses) {
        try (var file = Gateway.class.getResourceAsStream("/gateways/" + name)) {
            if (file == null) {
                throw new AssertionError("no configuration " + name);
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> address : addresses.entrySet()) {
                if (!text.contains(address.getKey())) {
                    throw new AssertionError(name + " does not mention " + address.getKey());
                }
                text = text.replace(address.getKey(), address.getValue());
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
