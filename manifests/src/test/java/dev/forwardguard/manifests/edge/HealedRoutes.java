package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.Loopback;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** An etcd with one route and the canary, and what happens to it. */
final class HealedRoutes implements AutoCloseable {
    private static final String WHOAMI = "traefik/http/routers/whoami/";

    private final StandIn application = StandIn.named("whoami");
    private final RenderedEtcd etcd;
    private int revision;

    HealedRoutes(Path directory, Certificates certificates) {
        etcd = RenderedEtcd.start(directory, certificates, Loopback.freePort());
        etcd.switchAuthenticationOn();
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put(WHOAMI + "rule", "Path(`/whoami`)");
        keys.put(WHOAMI + "entryPoints/0", "web");
        keys.put(WHOAMI + "service", "whoami");
        keys.put(
                "traefik/http/services/whoami/loadBalancer/servers/0/url",
                "http://" + application.address());
        etcd.put(keys);
        raiseCanary();
    }

    int port() {
        return etcd.port();
    }

    /** The number that the canary has. */
    int revision() {
        return revision;
    }

    /** What every apply does. */
    void raiseCanary() {
        etcd.putCanary(++revision);
    }

    /** Writes a value that Traefik cannot read, as somebody does by hand. */
    void writeWrongValue() {
        etcd.put(Map.of(WHOAMI + "priority", "secret-abc"));
    }

    void deleteWrongValue() {
        etcd.post("kv/deleterange", "{\"key\": \"" + base64(WHOAMI + "priority") + "\"}");
    }

    /** Takes the gateways' permission. */
    void revoke() {
        etcd.post(
                "auth/role/revoke",
                "{\"role\": \"gateway\", \"key\": \"%s\", \"range_end\": \"%s\"}"
                        .formatted(base64("traefik"), base64("traefil")));
    }

    /** Gives it back. */
    void grant() {
        etcd.post(
                "auth/role/grant",
                """
                {"name": "gateway", "perm": {"permType": "READ", "key": "%s", "range_end": "%s"}}
                """
                        .formatted(base64("traefik"), base64("traefil")));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends etcd with SIGKILL. */
    void kill() {
        etcd.process().kill();
    }

    /** Starts etcd with its data, whether it was killed or not. */
    void restart() {
        etcd.process().close();
        etcd.restart();
        etcd.logIn();
    }

    @Override
    public void close() {
        etcd.close();
        application.close();
    }
}
