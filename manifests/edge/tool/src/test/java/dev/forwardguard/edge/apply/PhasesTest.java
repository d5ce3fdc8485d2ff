package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Every tree on the way is in order, whatever the old tree, the new one and the limit are. */
final class PhasesTest {
    private static final int SEEDS = 1000;

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    private record Case(KeyTree old, KeyTree wanted, Limits limits) {
        static Case of(long seed) {
            RandomTrees trees = new RandomTrees(seed);
            KeyTree old = trees.next();
            KeyTree wanted = seed % 4 == 0 ? trees.next() : trees.like(old);
            int operations = 20 + new Random(seed).nextInt(44);
            return new Case(old, wanted, new Limits(operations, Integer.MAX_VALUE));
        }

        Optional<List<Plan.Part>> transactions() {
            return Plan.of(difference(old, wanted), Root.TRAEFIK, limits)
                            instanceof Plan.Possible(var transactions)
                    ? Optional.of(transactions)
                    : Optional.empty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTreeOnTheWayIsInOrder(long seed) {
        Case trees = Case.of(seed);
        Served old = new Served(trees.old());
        Served wanted = new Served(trees.wanted());

        KeyTree state = trees.old();
        for (Plan.Part transaction : trees.transactions().orElse(List.of())) {
            Size size = Size.of(transaction.changes(), Root.TRAEFIK);
            assertThat(size.isWithin(trees.limits())).isTrue();
            assertThat(size.comparisons() + transaction.needed().size())
                    .isLessThanOrEqualTo(trees.limits().operations());
            assertThat(state.keys().keySet()).containsAll(transaction.needed());
            state = after(state, transaction.changes());
            Served now = new Served(state);
            assertThatNoRouterIsMixed(now, old, wanted);
            assertThatNoRequestGoesElsewhere(now, old, wanted);
        }
        if (trees.transactions().isPresent()) {
            assertThat(state).isEqualTo(trees.wanted());
        }
    }

    @Test
    void manyRandomTreesAreDivided() {
        long divided =
                seeds().filter(
                                seed ->
                                        Case.of(seed)
                                                .transactions()
                                                .filter(each -> each.size() > 1)
                                                .isPresent())
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

    /**
     * With everything that it uses, a router is as before or as it will be, and nothing between or
     * missing.
     */
    private static void assertThatNoRouterIsMixed(Served now, Served old, Served wanted) {
        for (ObjectName router : now.routers()) {
            var uses = now.uses(router);
            assertThat(uses).as("%s", router).isIn(old.uses(router), wanted.uses(router));
            assertThat(uses.values())
                    .as("%s", router)
                    .allSatisfy(each -> assertThat(each).isNotEmpty());
        }
    }

    private static void assertThatNoRequestGoesElsewhere(Served now, Served old, Served wanted) {
        for (Served.Request request : RandomTrees.requests()) {
            assertThat(now.answer(request))
                    .as("%s", request)
                    .isIn(old.answer(request), wanted.answer(request));
        }
    }
}
