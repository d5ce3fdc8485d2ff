package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.ConfigMap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The proxy that is beside each gateway if etcd has three members. */
final class Haproxy {
    private static final Pattern STATE = Pattern.compile("Server members/(\\S+) is (UP|DOWN)");

    private Haproxy() {}

    static Program program() {
        return Program.installed("haproxy", "haproxy");
    }

    /** As rendered. */
    static String configuration(Rendered rendered) {
        return rendered.all(ConfigMap.class).stream()
                .map(each -> String.valueOf(each.getData().get("haproxy.cfg")))
                .findFirst()
                .orElseThrow();
    }

    /** Starts it on this port. */
    static ChildProcess start(
            Path directory, Rendered rendered, int port, List<RenderedEtcd> members)
            throws IOException {
        String here = configuration(rendered).replace("127.0.0.1:2379", "127.0.0.1:" + port);
        for (int i = 0; i < members.size(); i++) {
            RenderedEtcd member = members.get(i);
            here =
                    here.replaceAll(
                            "etcd-%d\\..*:2379".formatted(i),
                            "127.0.0.1:%d port %d".formatted(member.port(), member.metricsPort()));
        }
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), here);
        var proxy = program().start(directory, Map.of(), "-db", "-f", file.toString());
        proxy.awaitListening(port);
        return proxy;
    }

    /** The members that its checks have found to be down, as its log says. */
    static Set<String> down(ChildProcess proxy) {
        Set<String> down = new TreeSet<>();
        STATE.matcher(proxy.output())
                .results()
                .forEach(
                        each -> {
                            if (each.group(2).equals("DOWN")) {
                                down.add(each.group(1));
                            } else {
                                down.remove(each.group(1));
                            }
                        });
        return down;
    }
}
