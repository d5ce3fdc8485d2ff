package dev.forwardguard.edge;

import dev.forwardguard.edge.command.EdgeRoutes;

import io.micronaut.configuration.picocli.MicronautFactory;

final class Application {
    private Application() {}

    public static void main(String[] arguments) {
        try (var factory = new MicronautFactory()) {
            System.exit(EdgeRoutes.commandLine(factory).execute(arguments));
        }
    }
}
