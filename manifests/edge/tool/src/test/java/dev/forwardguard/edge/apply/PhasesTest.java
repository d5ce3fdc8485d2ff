package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Every tree on the way is in order, whatever the old tree, the new one and the limit are. */
final class PhasesTest {
    private static final int SEEDS = 400;
    private static final NavigableMap<String, String> NOTHING = new TreeMap<>();

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTreeOnTheWayIsInOrder(long seed) {
        RandomTrees trees = new RandomTrees(seed);
        KeyTree old = trees.next();
        KeyTree wanted = seed % 4 == 0 ? trees.next() : trees.like(old);
        Difference difference = difference(old, wanted);
        Limits limits = new Limits(20 + new Random(seed).nextInt(24), Integer.MAX_VALUE);

        if (!(Plan.of(difference, Root.TRAEFIK, limits) instanceof Plan.Possible plan)) {
            return;
        }

        KeyTree state = old;
        for (List<Change> transaction : plan.transactions()) {
            assertThat(Size.of(transaction, Root.TRAEFIK).isWithin(limits)).isTrue();
            state = after(state, transaction);
            assertThatAllNamesAreThere(state);
            assertThatNoRouterIsMixed(state, old, wanted);
            assertThatNoRequestGoesElsewhere(state, old, wanted);
        }
        assertThat(state).isEqualTo(wanted);
    }

    @Test
    void mostRandomTreesAreDivided() {
        long divided =
                seeds().filter(
                                seed -> {
                                    RandomTrees trees = new RandomTrees(seed);
                                    KeyTree old = trees.next();
                                    KeyTree wanted = seed % 4 == 0 ? trees.next() : trees.like(old);
                                    Limits limits =
                                            new Limits(
                                                    20 + new Random(seed).nextInt(24),
                                                    Integer.MAX_VALUE);
                                    return Plan.of(difference(old, wanted), Root.TRAEFIK, limits)
                                                    instanceof Plan.Possible plan
                                            && plan.transactions().size() > 1;
                                })
                        .count();

        assertThat(divided).isGreaterThan(SEEDS / 4);
    }

    private static Difference difference(KeyTree old, KeyTree wanted) {
        Map<String, Long> revisions = new HashMap<>();
        old.keys().keySet().forEach(key -> revisions.put(key, 1L));
        return Difference.between(new StoredTree(1, old, revisions, false), wanted, true);
    }

    private static KeyTree after(KeyTree state, List<Change> transaction) {
        NavigableMap<String, String> keys = new TreeMap<>(state.keys());
        for (Change change : transaction) {
            change.deletes().forEach(keys::remove);
            keys.putAll(change.puts());
        }
        return new KeyTree(keys);
    }

    private static void assertThatAllNamesAreThere(KeyTree state) {
        routers(state)
                .forEach(
                        router ->
                                resolved(router, state)
                                        .forEach(
                                                (name, keys) ->
                                                        assertThat(keys)
                                                                .as("%s of %s", name, router)
                                                                .isNotEmpty()));
    }

    /**
     * With everything that it uses, a router is as before or as it will be, and nothing between.
     */
    private static void assertThatNoRouterIsMixed(KeyTree state, KeyTree old, KeyTree wanted) {
        for (ObjectName router : routers(state)) {
            assertThat(resolved(router, state))
                    .as("%s", router)
                    .isIn(resolved(router, old), resolved(router, wanted));
        }
    }

    private static void assertThatNoRequestGoesElsewhere(
            KeyTree state, KeyTree old, KeyTree wanted) {
        for (String path : RandomTrees.PATHS) {
            assertThat(taken(path, state)).as(path).isIn(taken(path, old), taken(path, wanted));
        }
    }

    /** The router that takes a request, with all that it uses. */
    private static Optional<Map<ObjectName, NavigableMap<String, String>>> taken(
            String path, KeyTree tree) {
        Comparator<ObjectName> byPriority =
                Comparator.comparing(each -> Integer.valueOf(key(tree, each, "priority")));
        return routers(tree).stream()
                .filter(each -> key(tree, each, "rule").contains("`" + path + "`"))
                .max(byPriority)
                .map(each -> resolved(each, tree));
    }

    private static String key(KeyTree tree, ObjectName object, String field) {
        return tree.keys().getOrDefault(object.prefix() + field, "");
    }

    private static List<ObjectName> routers(KeyTree tree) {
        return tree.objects().keySet().stream()
                .filter(each -> each.kind() == ObjectName.Kind.ROUTERS)
                .toList();
    }

    private static Map<ObjectName, NavigableMap<String, String>> resolved(
            ObjectName router, KeyTree tree) {
        var objects = tree.objects();
        var references = tree.references();
        Map<ObjectName, NavigableMap<String, String>> all = new TreeMap<>();
        List<ObjectName> open = new ArrayList<>(List.of(router));
        while (!open.isEmpty()) {
            ObjectName next = open.removeLast();
            if (all.put(next, objects.getOrDefault(next, NOTHING)) == null) {
                Set<ObjectName> named = references.get(next);
                open.addAll(named == null ? Set.of() : named);
            }
        }
        return all;
    }
}
