package dev.forwardguard.kubernetes;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

import org.jspecify.annotations.Nullable;

import java.util.regex.Pattern;

/**
 * The Secret with the htpasswd file.
 *
 * @param namespace the Secret's namespace; by default the pod's, or the one of the kubeconfig's
 *     context
 * @param name the Secret's name; used in the field selector, and must be in the Role's {@code
 *     resourceNames}
 * @param key the key of the Secret whose value is the htpasswd file
 */
@ConfigurationProperties("guard.htpasswd.secret")
public record HtpasswdSecretConfiguration(
        @Nullable String namespace,
        @Bindable(defaultValue = "authentik-guard-htpasswd") String name,
        @Bindable(defaultValue = "htpasswd") String key) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?");
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");

    public HtpasswdSecretConfiguration {
        if (namespace != null) {
            require(LABEL, "namespace", namespace);
        }
        require(SUBDOMAIN, "name", name);
        require(KEY, "key", key);
    }

    private static void require(Pattern pattern, String what, String value) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "guard.htpasswd.secret." + what + " is not possible in Kubernetes: " + value);
        }
    }
}
