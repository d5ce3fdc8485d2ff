package dev.forwardguard.manifests.edge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** etcd's users, and {@code edge-routes} as each of them. */
final class EdgeUsers {
    private final Path directory;
    private final Map<String, String> variables;

    /**
     * @param directory for their passwords, as files
     */
    EdgeUsers(Path directory, Certificates certificates, List<RenderedEtcd> members) {
        this.directory = directory;
        variables =
                certificates.variables(
                        members.stream()
                                .map(each -> "https://localhost:" + each.port())
                                .collect(Collectors.joining(",")));
        for (String user : List.of("root", "routes")) {
            try {
                Files.writeString(password(user), "password of " + user);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Path password(String user) {
        return directory.resolve(user + ".password");
    }

    /** Makes them, switches authentication on, and writes the first canary. */
    void setUp() {
        tool("root").succeed("setup", "--routes-password-file", password("routes").toString());
    }

    EdgeRoutes tool(String user) {
        Map<String, String> all = new LinkedHashMap<>(variables);
        all.put("EDGE_ETCD_USER", user);
        all.put("EDGE_ETCD_PASSWORD_FILE", password(user).toString());
        return new EdgeRoutes(directory, all);
    }
}
