package dev.forwardguard.manifests.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.servers.ApiClient;
import dev.forwardguard.servers.ApiServer;

import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Secret that the guard follows, changed by somebody who may do everything. */
record FollowedSecret(ApiServer server) {
    private static final String USER = "bob";
    static final String ALL = "/api/v1/namespaces/authentik-guard/secrets";
    private static final String PATH = ALL + "/authentik-guard-htpasswd";

    /** The login of the user whose password changes. */
    static Login login(String password) {
        return new Login(USER, password);
    }

    /** Creates it, if there is none. */
    void create(String password) {
        try (var client = server.client()) {
            client.post(ALL, manifest(password, ""));
        }
    }

    /** Creates it so that its content cannot change. */
    void createImmutable(String password) {
        try (var client = server.client()) {
            client.post(ALL, manifest(password, "\"immutable\": true, "));
        }
    }

    void rotate(String password) {
        try (var client = server.client()) {
            rotate(client, password);
        }
    }

    static void rotate(ApiClient client, String password) {
        client.patch(PATH, "{%s}".formatted(data(password)));
    }

    /** Sets the key of emergency sessions. */
    void sessionKey(String key) {
        String encoded = Base64.getEncoder().encodeToString(key.getBytes(UTF_8));
        patchSessionKey("\"" + encoded + "\"");
    }

    void removeSessionKey() {
        patchSessionKey("null");
    }

    private void patchSessionKey(String json) {
        try (var client = server.client()) {
            client.patch(PATH, "{\"data\": {\"session-key\": %s}}".formatted(json));
        }
    }

    void annotate(String value) {
        try (var client = server.client()) {
            client.patch(
                    PATH, "{\"metadata\": {\"annotations\": {\"test\": \"%s\"}}}".formatted(value));
        }
    }

    void delete() {
        try (var client = server.client()) {
            client.delete(PATH);
        }
    }

    /** The object as a file for kubectl. */
    static String manifest(String password) {
        return manifest(password, "");
    }

    private static String manifest(String password, String more) {
        return """
        {"apiVersion": "v1", "kind": "Secret", %s%s,
         "metadata": {"name": "authentik-guard-htpasswd", "namespace": "authentik-guard"}}
        """
                .formatted(more, data(password));
    }

    private static String data(String password) {
        String encoded = Base64.getEncoder().encodeToString(htpasswd(password).getBytes(UTF_8));
        return "\"data\": {\"htpasswd\": \"%s\"}".formatted(encoded);
    }

    /** The htpasswd file with this password. */
    static String htpasswd(String password) {
        return Stream.concat(Logins.RIGHT.stream(), Stream.of(login(password)))
                .map(Login::line)
                .collect(Collectors.joining());
    }
}
