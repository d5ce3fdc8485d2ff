package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;

class EmergencySessionInFirefoxIT extends EmergencySessionContract {
    @BeforeAll
    static void isInstalled() {
        Program.installed("firefox-esr", "firefox-esr");
    }

    @Override
    Window start(Path own, Gateway.Running gateway) {
        return Firefox.start(own, gateway);
    }

    @Override
    Window startWithoutCookies(Path own, Gateway.Running gateway) {
        return Firefox.withoutCookies(own, gateway);
    }

    @Override
    void assertWithoutCookies(Window refusing) {
        assertThat(refusing.text()).isEqualTo("Hello admin");
        assertThat(refusing.prompts()).isEqualTo(1);
    }

    /** So the form is the only way in there. */
    @Test
    void opensNoDialogUnderServiceWorker() {
        signsInByFormUnderServiceWorker("form: true");
    }
}
