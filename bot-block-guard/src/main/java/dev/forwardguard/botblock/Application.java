package dev.forwardguard.botblock;

import dev.forwardguard.runtime.GuardApplication;

import java.time.Clock;

final class Application {
    private Application() {}

    public static void main(String[] arguments) {
        GuardApplication.run(
                Application.class,
                () -> new BotBlockBeans().settings(Clock.systemUTC()),
                arguments);
    }
}
