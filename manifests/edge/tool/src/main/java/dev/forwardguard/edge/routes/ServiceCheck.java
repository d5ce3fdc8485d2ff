package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.Draft.Link;
import dev.forwardguard.edge.routes.ObjectName.Kind;

import java.util.List;

/**
 * A service that takes its health from other services needs ones that know theirs
 * (pkg/server/service: "not a healthcheck.StatusUpdater", "healthCheck not enabled").
 */
final class ServiceCheck {
    private static final List<String> PARENTS =
            List.of("weighted", "highestRandomWeight", "mirroring");

    private final Draft draft;

    private ServiceCheck(Draft draft) {
        this.draft = draft;
    }

    static void run(Draft draft) {
        ServiceCheck check = new ServiceCheck(draft);
        draft.links().forEach(check::child);
        draft.objects()
                .forEach(
                        (object, spot) -> {
                            if (object.kind() == Kind.SERVICES) {
                                check.internalChildren(spot.key());
                            }
                        });
    }

    private void child(Link link) {
        Spot parent = draft.objects().get(link.from());
        Spot child = draft.objects().get(link.to());
        boolean services = link.from().kind() == Kind.SERVICES && link.to().kind() == Kind.SERVICES;
        if (services
                && parent != null
                && child != null
                && needsHealth(parent.key(), link.spot().key())
                && !knowsHealth(child.key())) {
            draft.problem(link.spot().problem("needs a service that has a healthCheck of its own"));
        }
    }

    private void internalChildren(String service) {
        draft.below(service + "/")
                .forEach(
                        (key, value) -> {
                            if (value.endsWith("@internal") && needsHealth(service, key)) {
                                draft.problem(key, value + " has no healthCheck");
                            }
                        });
    }

    /** Whether the reference at a key is to a service whose health matters. */
    private boolean needsHealth(String service, String reference) {
        if (reference.equals(service + "/failover/service")) {
            return !draft.has(service + "/failover/errors");
        }
        return PARENTS.stream()
                .map(kind -> service + "/" + kind)
                .filter(parent -> draft.has(parent + "/healthCheck"))
                .anyMatch(
                        parent ->
                                reference.startsWith(parent + "/services/")
                                        || reference.equals(parent + "/service"));
    }

    private boolean knowsHealth(String service) {
        return draft.has(service + "/loadBalancer/healthCheck")
                || PARENTS.stream()
                        .anyMatch(kind -> draft.has(service + "/" + kind + "/healthCheck"));
    }
}
