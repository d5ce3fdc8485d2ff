package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.authentik.emergency.HtpasswdConfiguration.Source;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Map;

class HtpasswdConfigurationTest {
    @Test
    void defaultsToSecretInClusterAndFileElsewhere() {
        var unset = new HtpasswdConfiguration(null, null);

        assertThat(unset.choice(true)).isEqualTo(Source.SECRET);
        assertThat(unset.choice(false)).isEqualTo(Source.FILE);
        assertThat(unset.followed()).isEqualTo(Path.of("/etc/forward-guard/htpasswd"));
    }

    @Test
    void usesConfiguredFile() {
        var file = new HtpasswdConfiguration(null, "/users");

        assertThat(file.choice(true)).isEqualTo(Source.FILE);
        assertThat(file.followed()).isEqualTo(Path.of("/users"));
    }

    @Test
    void prefersConfiguredSource() {
        assertThat(new HtpasswdConfiguration("secret", "/users").choice(false))
                .isEqualTo(Source.SECRET);
        assertThat(new HtpasswdConfiguration("file", null).choice(true)).isEqualTo(Source.FILE);
    }

    @Test
    void treatsBlankAsUnset() {
        assertThat(new HtpasswdConfiguration(" ", "").choice(true)).isEqualTo(Source.SECRET);
    }

    @Test
    void failsStartOnInvalidSource() {
        assertThatThrownBy(
                        () ->
                                RunningGuard.start(
                                                GuardFiles.with("mode: fallback\n"),
                                                Map.of("guard.htpasswd.source", "Secret"))
                                        .close())
                .rootCause()
                .hasMessage("guard.htpasswd.source must be secret or file: Secret");
    }

    @Test
    void failsStartOnInvalidSecretName() {
        assertThatThrownBy(
                        () ->
                                RunningGuard.start(
                                                GuardFiles.with("mode: fallback\n"),
                                                Map.of("guard.htpasswd.secret.name", "My Users"))
                                        .close())
                .rootCause()
                .hasMessage("guard.htpasswd.secret.name is not possible in Kubernetes: My Users");
    }
}
