package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.Draft.Link;
import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.ObjectName.Protocol;
import dev.forwardguard.edge.routes.syntax.RuleHosts;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Routers as a whole (pkg/server/router). */
final class RouterCheck {
    private final Draft draft;
    private final Set<ObjectName> parents;

    private RouterCheck(Draft draft) {
        this.draft = draft;
        this.parents =
                draft.links().stream()
                        .filter(link -> link.spot().key().contains("/parentRefs/"))
                        .map(Link::to)
                        .collect(Collectors.toSet());
    }

    static void run(Draft draft) {
        RouterCheck check = new RouterCheck(draft);
        for (var object : draft.objects().entrySet()) {
            if (object.getKey().kind() != Kind.ROUTERS) {
                continue;
            }
            String router = object.getValue().key();
            if (object.getKey().protocol() == Protocol.HTTP) {
                check.service(object.getKey(), router);
                check.child(router);
            } else if (object.getKey().protocol() == Protocol.TCP) {
                check.serverName(router);
            }
        }
        TlsOptionsCheck.run(draft);
    }

    private void service(ObjectName name, String router) {
        if (draft.below(router + "/").isEmpty()) {
            return;
        }
        boolean parent = parents.contains(name);
        boolean service = draft.has(router + "/service");
        if (parent && service) {
            draft.problem(
                    router + "/service",
                    "a router that others name as their parent has no service of its own");
        } else if (!parent && !service) {
            draft.problem(router, "service is missing");
        }
    }

    private void child(String router) {
        if (!draft.has(router + "/parentRefs")) {
            return;
        }
        for (String field : List.of("tls", "observability", "entryPoints")) {
            if (draft.has(router + "/" + field)) {
                draft.problem(
                        router + "/" + field, "a router with a parent takes this from its parent");
            }
        }
    }

    private void serverName(String router) {
        String rule = draft.value(router + "/rule").orElse("");
        boolean named = RuleHosts.of(rule, "HostSNI").stream().anyMatch(host -> !host.equals("*"));
        if (named && !draft.has(router + "/tls")) {
            draft.problem(
                    router + "/rule",
                    "HostSNI with a name needs tls, since only TLS tells the name: add tls: {}");
        }
    }
}
