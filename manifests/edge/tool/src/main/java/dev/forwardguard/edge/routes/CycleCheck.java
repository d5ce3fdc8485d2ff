package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.Draft.Link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * No object may lead back to itself: chains of middlewares, services of services, parents of
 * routers, and error pages whose service has the same middleware.
 */
final class CycleCheck {
    private final Draft draft;
    private final NavigableMap<ObjectName, List<Link>> ways = new TreeMap<>();

    private CycleCheck(Draft draft) {
        this.draft = draft;
        for (Link link : draft.links()) {
            if (draft.objects().containsKey(link.to())) {
                ways.computeIfAbsent(link.from(), o -> new ArrayList<>()).add(link);
            }
        }
    }

    static void run(Draft draft) {
        CycleCheck check = new CycleCheck(draft);
        check.dropDeadEnds();
        while (!check.ways.isEmpty()) {
            check.report();
            check.dropDeadEnds();
        }
    }

    /** Without them, each way leads into a cycle. */
    private void dropDeadEnds() {
        boolean dropped = true;
        while (dropped) {
            ways.values().forEach(links -> links.removeIf(link -> !ways.containsKey(link.to())));
            dropped = ways.values().removeIf(List::isEmpty);
        }
    }

    /** Walks until an object comes again, reports the round, and opens it. */
    private void report() {
        Map<ObjectName, Integer> seen = new TreeMap<>();
        List<Link> walked = new ArrayList<>();
        ObjectName at = ways.firstKey();
        while (seen.putIfAbsent(at, walked.size()) == null) {
            Link link = ways.getOrDefault(at, List.of()).get(0);
            walked.add(link);
            at = link.to();
        }
        List<Link> round = walked.subList(seen.getOrDefault(at, 0), walked.size());
        Link last = round.get(round.size() - 1);
        String names =
                round.stream().map(link -> link.from() + " → ").collect(Collectors.joining());
        draft.problem(last.spot().problem("leads back to itself: " + names + last.to()));
        ways.getOrDefault(last.from(), List.of()).remove(last);
    }
}
