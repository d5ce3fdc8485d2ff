package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.ObjectName.Protocol;
import dev.forwardguard.edge.routes.syntax.RuleHosts;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * TLS options are chosen by the host name, before a router is: a router without a host cannot
 * choose, and two routers of one host must choose the same (resolveHTTPTLSOptions in
 * pkg/server/aggregator.go).
 */
final class TlsOptionsCheck {
    private static final String DEFAULT = "default";

    private final Draft draft;
    private final Map<String, Choice> choices = new HashMap<>();

    private record Choice(String options, String router) {}

    private TlsOptionsCheck(Draft draft) {
        this.draft = draft;
    }

    static void run(Draft draft) {
        TlsOptionsCheck check = new TlsOptionsCheck(draft);
        draft.objects()
                .forEach(
                        (object, spot) -> {
                            if (object.kind() == Kind.ROUTERS && draft.has(spot.key() + "/tls")) {
                                check.router(object.protocol(), spot.key());
                            }
                        });
    }

    private void router(Protocol protocol, String router) {
        String rule = draft.value(router + "/rule").orElse("");
        List<String> hosts = RuleHosts.of(rule, protocol == Protocol.HTTP ? "Host" : "HostSNI");
        String options = draft.value(router + "/tls/options").orElse(DEFAULT).replace("@etcd", "");
        if (hosts.isEmpty() && protocol == Protocol.HTTP && !options.equals(DEFAULT)) {
            draft.problem(router + "/tls/options", "has no effect without Host(…) in the rule");
        }
        if (protocol == Protocol.HTTP) {
            for (String entryPoint : entryPoints(router)) {
                hosts.forEach(host -> choose(entryPoint + " " + host, host, options, router));
            }
        }
    }

    /** Routers without entry points are on all that are default ones. */
    private Set<String> entryPoints(String router) {
        Set<String> named = new TreeSet<>(draft.below(router + "/entryPoints/").values());
        return named.isEmpty() ? Set.of("websecure") : named;
    }

    private void choose(String where, String host, String options, String router) {
        Choice earlier = choices.putIfAbsent(where, new Choice(options, router));
        if (earlier != null && !earlier.options().equals(options)) {
            draft.problem(
                    router + "/tls",
                    "has TLS options %s for %s, but %s has %s: Traefik takes the default for both"
                            .formatted(
                                    options,
                                    host,
                                    earlier.router().replace('/', '.'),
                                    earlier.options()));
        }
    }
}
