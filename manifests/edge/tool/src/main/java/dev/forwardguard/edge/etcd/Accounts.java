package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.etcd.EtcdException.Failure;

import io.micronaut.json.tree.JsonNode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * etcd's users, roles and permissions. Once authentication is on, the role {@code root} is needed
 * for everything but one's own user and roles.
 */
public final class Accounts {
    private final JsonGateway gateway;

    Accounts(JsonGateway gateway) {
        this.gateway = gateway;
    }

    /** Access to keys. */
    public enum Access {
        READ,
        WRITE,
        READWRITE
    }

    /**
     * Access to the keys from {@code key} to before {@code end}.
     *
     * @param end empty for the single key, a zero byte for all that follow
     */
    public record Permission(Access access, String key, String end) {
        private static final String INFINITY = "\0";

        /** Whether it allows all that the other one does. */
        public boolean includes(Permission other) {
            boolean allows = access == Access.READWRITE || access == other.access;
            return allows && covers(other);
        }

        private boolean covers(Permission other) {
            if (end.isEmpty()) {
                return key.equals(other.key) && other.end.isEmpty();
            }
            return key.compareTo(other.key) <= 0 && (end.equals(INFINITY) || endsBehind(other));
        }

        private boolean endsBehind(Permission other) {
            if (other.end.isEmpty()) {
                return end.compareTo(other.key) > 0;
            }
            return !other.end.equals(INFINITY) && end.compareTo(other.end) >= 0;
        }
    }

    /** Whether authentication is on. The client must have credentials: a login tells it. */
    public boolean areEnforced() {
        gateway.post("/v3/auth/user/list", Json.object(Map.of()));
        return !gateway.isAuthenticationOff();
    }

    /**
     * Switches authentication on. The user {@code root} must exist and have the role of that name.
     */
    public void enforce() {
        gateway.post("/v3/auth/enable", Json.object(Map.of()));
    }

    /** The names of all users. */
    public Set<String> users() {
        return names(gateway.post("/v3/auth/user/list", Json.object(Map.of())).body(), "users");
    }

    /** The names of all roles. */
    public Set<String> roles() {
        return names(gateway.post("/v3/auth/role/list", Json.object(Map.of())).body(), "roles");
    }

    /** The roles of a user, or nothing if there is no such user. */
    public Optional<Set<String>> rolesOf(String user) {
        return found("/v3/auth/user/get", Map.of("name", user))
                .map(answer -> names(answer, "roles"));
    }

    /** The permissions of a role, or nothing if there is no such role. */
    public Optional<Set<Permission>> permissionsOf(String role) {
        return found("/v3/auth/role/get", Map.of("role", role))
                .map(
                        answer ->
                                Json.list(answer, "perm").stream()
                                        .map(Accounts::permission)
                                        .collect(Collectors.toSet()));
    }

    private Optional<JsonNode> found(String path, Map<String, String> request) {
        try {
            return Optional.of(gateway.post(path, Json.object(request)).body());
        } catch (EtcdException e) {
            if (e.failure() == Failure.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Set<String> names(JsonNode answer, String field) {
        List<JsonNode> names = Json.list(answer, field);
        return names.stream()
                .map(
                        each -> {
                            if (!each.isString()) {
                                throw Json.wrong(field);
                            }
                            return each.getStringValue();
                        })
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Permission permission(JsonNode node) {
        String name = Json.text(node, "permType");
        Access access =
                Arrays.stream(Access.values())
                        .filter(each -> each.name().equals(name.isEmpty() ? "READ" : name))
                        .findFirst()
                        .orElseThrow(() -> Json.wrong("permType"));
        return new Permission(access, Json.decoded(node, "key"), Json.decoded(node, "range_end"));
    }

    /** Adds a role, unless it exists. */
    public void addRole(String role) {
        create("/v3/auth/role/add", Map.of("name", role));
    }

    /** Adds a user who logs in by password, unless there is one of the name. */
    public void addUser(Credentials credentials) {
        create(
                "/v3/auth/user/add",
                Map.of("name", credentials.user(), "password", credentials.password()));
    }

    /**
     * Adds a user who logs in by the common name of a client certificate alone, unless there is
     * one.
     */
    public void addUserWithoutPassword(String user) {
        create(
                "/v3/auth/user/add",
                Map.of("name", user, "options", Json.object(Map.of("no_password", true))));
    }

    /** Changes a password. */
    public void changePassword(Credentials credentials) {
        create(
                "/v3/auth/user/changepw",
                Map.of("name", credentials.user(), "password", credentials.password()));
    }

    /** Gives a user a role. */
    public void grantRole(String user, String role) {
        create("/v3/auth/user/grant", Map.of("user", user, "role", role));
    }

    /** Gives a role access to keys, in place of another access to the same ones. */
    public void grantPermission(String role, Permission permission) {
        Map<String, Object> keys = new HashMap<>();
        keys.put("permType", permission.access().name());
        keys.put("key", Json.base64(permission.key()));
        keys.put("range_end", Json.base64(permission.end()));
        create("/v3/auth/role/grant", Map.of("name", role, "perm", Json.object(keys)));
    }

    /** Such a request may arrive twice: that it exists already is what was wanted. */
    private void create(String path, Map<String, ?> request) {
        try {
            gateway.post(path, Json.object(request));
        } catch (EtcdException e) {
            if (e.failure() != Failure.EXISTS) {
                throw e;
            }
        }
    }
}
