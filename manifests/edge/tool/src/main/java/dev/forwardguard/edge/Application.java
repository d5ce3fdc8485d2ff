package dev.forwardguard.edge;

import dev.forwardguard.edge.command.EdgeRoutes;

import io.micronaut.configuration.picocli.MicronautFactory;

import java.security.Security;

final class Application {
    private Application() {}

    public static void main(String[] arguments) {
        // gateways come and go while they are waited for; Java would keep their addresses for 30 s
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        try (var factory = new MicronautFactory()) {
            System.exit(EdgeRoutes.commandLine(factory).execute(arguments));
        }
    }
}
