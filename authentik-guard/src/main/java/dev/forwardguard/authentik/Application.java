package dev.forwardguard.authentik;

import dev.forwardguard.runtime.GuardApplication;

import java.time.Clock;

final class Application {
    private Application() {}

    public static void main(String[] arguments) {
        GuardApplication.run(
                Application.class,
                () -> new AuthentikBeans().settings(Clock.systemUTC(), false),
                arguments);
    }
}
