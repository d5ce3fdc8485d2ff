package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A kind of gateway that can run in front of the guards. */
@FunctionalInterface
public interface Gateway {
    /**
     * Starts the gateway.
     *
     * @param addresses the addresses in its configuration, each with its replacement in the test
     */
    Running start(Path directory, Map<String, String> addresses);

    /** A running gateway, with and without TLS; {@code trusted} is the root of its certificates. */
    record Running(ChildProcess process, int httpsPort, int httpPort, Path trusted) {}

    /** A configuration from the resources, with its addresses replaced. */
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
