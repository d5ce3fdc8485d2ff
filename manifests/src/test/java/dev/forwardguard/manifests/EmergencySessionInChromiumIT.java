package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.BeforeAll;

import java.nio.file.Path;

class EmergencySessionInChromiumIT extends EmergencySessionContract {
    @BeforeAll
    static void isInstalled() {
        Program.installed("chromium", "chromium");
    }

    @Override
    Window start(Path own, Gateway.Running gateway) {
        return Browser.start(own, gateway);
    }

    @Override
    Window startWithoutCookies(Path own, Gateway.Running gateway) {
        return Browser.withoutCookies(own, gateway);
    }

    @Override
    void assertWithoutCookies(Window refusing) {
        // it keeps no password where it keeps no cookies, and so has no dialog
        assertThat(refusing.title()).isEqualTo("Single sign-on is unavailable");
        assertThat(refusing.prompts()).isZero();
    }
}
