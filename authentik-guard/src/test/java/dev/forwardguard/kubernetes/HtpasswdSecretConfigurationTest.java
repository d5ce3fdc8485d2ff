package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

class HtpasswdSecretConfigurationTest {
    private static HtpasswdSecretConfiguration read(Map<String, Object> properties) {
        try (var context = ApplicationContext.builder(properties).build()) {
            // does not start the guard's own beans
            return context.start().getBean(HtpasswdSecretConfiguration.class);
        }
    }

    @Test
    void hasDefaultsExceptForNamespace() {
        HtpasswdSecretConfiguration which = read(Map.of("guard.htpasswd.source", "file"));

        assertThat(which.namespace()).isNull();
        assertThat(which.name()).isEqualTo("authentik-guard-htpasswd");
        assertThat(which.key()).isEqualTo("htpasswd");
    }

    @Test
    void readsEveryKey() {
        HtpasswdSecretConfiguration which =
                read(
                        Map.of(
                                "guard.htpasswd.source", "file",
                                "guard.htpasswd.secret.namespace", "elsewhere",
                                "guard.htpasswd.secret.name", "my.users",
                                "guard.htpasswd.secret.key", "users_2"));

        assertThat(which)
                .isEqualTo(new HtpasswdSecretConfiguration("elsewhere", "my.users", "users_2"));
    }

    @ParameterizedTest
    @CsvSource({
        "namespace, kube.system",
        "namespace, Upper",
        "namespace, ''",
        "name, 'a,metadata.name!=a'",
        "name, ''",
        "name, -a",
        "key, a/b",
        "key, ''"
    })
    void rejectsInvalidKubernetesNames(String key, String value) {
        assertThatThrownBy(
                        () ->
                                new HtpasswdSecretConfiguration(
                                        key.equals("namespace") ? value : null,
                                        key.equals("name") ? value : "name",
                                        key.equals("key") ? value : "key"))
                .hasMessage(
                        "guard.htpasswd.secret."
                                + key
                                + " is not possible in Kubernetes: "
                                + value);
    }
}
