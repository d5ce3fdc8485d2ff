package dev.forwardguard.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

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
