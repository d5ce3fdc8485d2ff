package dev.forwardguard.botblock;

import dev.forwardguard.runtime.GuardApplication;

final class Application {
    private Application() {}

    public static void main(String[] arguments) {
        GuardApplication.run(Application.class, arguments);
    }
}
