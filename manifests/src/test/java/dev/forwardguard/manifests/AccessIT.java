package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;

/** The guards' permissions at the API server. */
class AccessIT {
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void allowsOnlyListAndWatchOfOneSecret(Rendered rendered) throws IOException {
        assertThat(rendered.all(ClusterRole.class)).isEmpty();
        assertThat(rendered.all(ClusterRoleBinding.class)).isEmpty();
        for (Role role : rendered.all(Role.class)) {
            assertThat(role.getMetadata().getNamespace()).isEqualTo("authentik-guard");
            assertThat(role.getRules()).hasSize(1);
            var rule = role.getRules().getFirst();
            assertThat(rule.getApiGroups()).containsExactly("");
            assertThat(rule.getResources()).containsExactly("secrets");
            assertThat(rule.getResourceNames()).containsExactly(followedSecret());
            assertThat(rule.getVerbs()).containsExactlyInAnyOrder("list", "watch");
            assertThat(rule.getNonResourceURLs()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void bindsRoleToAuthentikGuardOnly(Rendered rendered) {
        boolean isThere =
                rendered.deployments().stream()
                        .anyMatch(each -> DeploymentsIT.name(each).equals("authentik-guard"));

        assertThat(rendered.all(Role.class)).hasSize(isThere ? 1 : 0);
        assertThat(rendered.all(RoleBinding.class)).hasSize(isThere ? 1 : 0);
        for (RoleBinding binding : rendered.all(RoleBinding.class)) {
            var guard = rendered.only(Deployment.class, binding.getMetadata().getNamespace());
            var role = rendered.only(Role.class, binding.getMetadata().getNamespace());
            assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
            assertThat(binding.getRoleRef().getName()).isEqualTo(role.getMetadata().getName());
            assertThat(binding.getSubjects()).hasSize(1);
            var subject = binding.getSubjects().getFirst();
            assertThat(subject.getKind()).isEqualTo("ServiceAccount");
            assertThat(subject.getNamespace()).isEqualTo(guard.getMetadata().getNamespace());
            assertThat(subject.getName())
                    .isEqualTo(DeploymentsIT.pod(guard).getServiceAccountName())
                    .isNotEqualTo("default");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void mountsTokenInAuthentikGuardOnly(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            var pod = DeploymentsIT.pod(deployment);
            var account =
                    rendered.only(ServiceAccount.class, deployment.getMetadata().getNamespace());

            assertThat(pod.getServiceAccountName()).isEqualTo(account.getMetadata().getName());
            assertThat(account.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getAutomountServiceAccountToken())
                    .isEqualTo(DeploymentsIT.name(deployment).equals("authentik-guard"));
            assertThat(pod.getVolumes())
                    .allSatisfy(
                            each -> {
                                assertThat(each.getProjected()).isNull();
                                assertThat(each.getSecret()).isNull();
                            });
        }
    }

    private static String followedSecret() throws IOException {
        try (var code = GuardCode.of("authentik-guard")) {
            return String.valueOf(code.variables().get("GUARD_HTPASSWD_SECRET_NAME"));
        }
    }
}
