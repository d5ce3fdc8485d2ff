package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.Draft.Link;
import dev.forwardguard.edge.routes.syntax.DidYouMean;

import java.util.List;

/**
 * What objects name must be in the files, too: a router that names a missing middleware is switched
 * off, and its requests go to a wider router.
 */
final class ReferenceCheck {
    private ReferenceCheck() {}

    static void run(Draft draft) {
        draft.links().forEach(link -> check(draft, link));
    }

    private static void check(Draft draft, Link link) {
        ObjectName to = link.to();
        if (!draft.objects().containsKey(to)) {
            draft.problem(link.spot().problem(missing(draft, to)));
            return;
        }
        String name = draft.objects().ceilingKey(to).name();
        if (!name.equals(to.name())) {
            draft.problem(link.spot().problem("is written %s where it is defined".formatted(name)));
        }
    }

    private static String missing(Draft draft, ObjectName to) {
        List<String> names =
                draft.objects().keySet().stream()
                        .filter(other -> other.protocol() == to.protocol())
                        .filter(other -> other.kind() == to.kind())
                        .map(ObjectName::name)
                        .toList();
        return "no file has %s%s"
                .formatted(
                        to,
                        DidYouMean.suggestion(to.name(), names)
                                .map(name -> ", did you mean %s?".formatted(name))
                                .orElse(""));
    }
}
