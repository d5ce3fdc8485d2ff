package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdAccess;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.etcd.FakeEtcd;
import dev.forwardguard.edge.etcd.FakeEtcd.Fault;
import dev.forwardguard.edge.etcd.TlsFiles;
import dev.forwardguard.edge.routes.KeyTree;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Trees in a database that fails as it is told to. */
final class ApplyTest {
    private static final String TXN = "/v3/kv/txn";
    private static final String NUMBER =
            "traefik/http/middlewares/edge-revision/headers/customResponseHeaders/X-Edge-Revision";
    private static final String RULE = "http/routers/site/rule";
    private static final String AUTH = "http/middlewares/auth/basicAuth/users/0";

    private final FakeEtcd fake = new FakeEtcd();
    private final Etcd etcd = new Etcd(new EtcdAccess(List.of(fake.url()), null, TlsFiles.NONE));
    private final Store store = new Store(etcd, Root.TRAEFIK);

    @AfterEach
    void close() {
        etcd.close();
        fake.close();
    }

    private static KeyTree sites(int number, String version) {
        TreeMap<String, String> keys = new TreeMap<>();
        for (int i = 0; i < number; i++) {
            String name = "site" + (i == 0 ? "" : i);
            keys.put("http/routers/" + name + "/rule", "Path(`/" + name + version + "`)");
            keys.put("http/routers/" + name + "/service", name);
            keys.put(
                    "http/services/" + name + "/loadBalancer/servers/0/url", "http://127.0.0.1:80");
        }
        return new KeyTree(keys);
    }

    private static KeyTree prefixes(KeyTree tree) {
        TreeMap<String, String> keys = new TreeMap<>(tree.keys());
        keys.replaceAll((_, value) -> value.replace("Path(", "PathPrefix("));
        return new KeyTree(keys);
    }

    private Apply.Outcome apply(KeyTree wanted, boolean prune) {
        return new Apply(store, OptionalInt.empty())
                .write(Difference.between(store.read(), wanted, prune));
    }

    @Test
    void writesAllAndTheCanaryInOneTransaction() {
        fake.keys().put("traefik-eu/http/routers/x/rule", "Path(`/x`)");

        assertThat(apply(sites(3, ""), true)).isEqualTo(new Apply.Outcome.Written(3, 1));

        assertThat(fake.keys().history()).hasSize(1);
        assertThat(fake.keys().values())
                .hasSize(1 + 9 + 5)
                .containsEntry(NUMBER, "3")
                .containsEntry("traefik/http/routers/site/rule", "Path(`/site`)");
        assertThat(Difference.between(store.read(), sites(3, ""), true).isEmpty()).isTrue();
    }

    @Test
    void raisesTheCanaryAboveItsOldNumberAndTheRevision() {
        apply(sites(1, ""), false);
        fake.keys().put(NUMBER, "1000");

        assertThat(apply(sites(1, "b"), false)).isEqualTo(new Apply.Outcome.Written(1_001, 1));
    }

    @Test
    void prunesAllButTheCanary() {
        apply(sites(2, ""), false);
        fake.keys().put("traefik/htp/routers/x/rule", "a stray");

        apply(sites(1, "b"), false);
        assertThat(fake.keys().values())
                .containsKeys("traefik/http/routers/site1/rule", "traefik/htp/routers/x/rule");
        apply(sites(1, "b"), true);

        assertThat(fake.keys().values()).hasSize(3 + 5).containsEntry(NUMBER, "5");
    }

    @Test
    void repairsADamagedCanary() {
        apply(sites(1, ""), false);
        fake.keys().put("traefik/http/routers/edge-revision/rule", "Path(`/other`)");
        fake.keys().put("traefik/http/routers/edge-revision/priority", "1");

        assertThat(Difference.between(store.read(), sites(1, ""), false).isEmpty()).isFalse();
        apply(sites(1, ""), false);

        assertThat(Difference.between(store.read(), sites(1, ""), false).isEmpty()).isTrue();
    }

    @Test
    void losesAgainstAnotherToolThatWrites() {
        apply(sites(1, ""), false);
        fake.plan(
                TXN,
                new Fault.Before(
                        () -> fake.keys().put("traefik/http/routers/new/rule", "Path(`/new`)")));

        assertThat(apply(sites(1, "b"), false)).isEqualTo(new Apply.Outcome.Conflict(0, 1, false));
        assertThat(fake.keys().values()).containsEntry("traefik/" + RULE, "Path(`/site`)");
    }

    @Test
    void losesAgainstAnotherToolThatDeletes() {
        apply(sites(1, ""), false);
        fake.plan(
                TXN,
                new Fault.Before(() -> fake.keys().delete("traefik/http/routers/site/service")));

        assertThat(apply(sites(1, "b"), false)).isEqualTo(new Apply.Outcome.Conflict(0, 1, false));
    }

    /** Nobody has written then, and none of the changed keys is gone. */
    @Test
    void losesAgainstAnotherToolThatDeletesWhatAChangedRouterUses() {
        apply(guarded("Path(`/a`)"), false);
        fake.plan(TXN, new Fault.Before(() -> fake.keys().delete("traefik/" + AUTH)));

        assertThat(apply(guarded("Path(`/b`)"), false))
                .isEqualTo(new Apply.Outcome.Conflict(0, 1, false));
        assertThat(fake.keys().values()).containsEntry("traefik/" + RULE, "Path(`/a`)");
    }

    @Test
    void losesAgainstAnotherToolThatDeletesWhatAPhaseBeforeHasWritten() {
        fake.keys().limitOperations(128);
        fake.plan(TXN, new Fault.Before(() -> {})); // refused
        fake.plan(TXN, new Fault.Before(() -> {}));
        fake.plan(
                TXN,
                new Fault.Before(
                        () ->
                                fake.keys()
                                        .delete(
                                                "traefik/http/services/site/loadBalancer/servers/0/url")));

        assertThat(apply(sites(200, ""), false))
                .isInstanceOfSatisfying(
                        Apply.Outcome.Conflict.class, it -> assertThat(it.written()).isPositive());
        assertThat(fake.keys().values()).doesNotContainKey("traefik/" + RULE);
    }

    private static KeyTree guarded(String rule) {
        TreeMap<String, String> keys = new TreeMap<>(sites(1, "").keys());
        keys.put(RULE, rule);
        keys.put("http/routers/site/middlewares/0", "all");
        keys.put("http/middlewares/all/chain/middlewares/0", "auth");
        keys.put(AUTH, "u:p");
        return new KeyTree(keys);
    }

    @Test
    void findsItsOwnWritesWhenTheAnswerIsLost() {
        apply(sites(2, ""), false);
        fake.plan(TXN, new Fault.LosesAnswer());

        assertThat(apply(sites(1, "b"), true)).isEqualTo(new Apply.Outcome.Written(3, 1));
        assertThat(fake.keys().history()).hasSize(2);
    }

    @Test
    void doesNotTakeWritesOfAnotherToolForItsOwn() {
        apply(sites(2, ""), false);
        fake.plan(TXN, new Fault.LosesAnswer(() -> fake.keys().put(NUMBER, "3")));

        assertThat(apply(sites(1, "b"), true)).isEqualTo(new Apply.Outcome.Conflict(0, 1, true));
        assertThat(fake.requests()).filteredOn(TXN::equals).hasSize(3);
        assertThat(fake.keys().values()).containsEntry("traefik/" + RULE, "Path(`/site`)");
    }

    @Test
    void goesInPhasesWhereOneTransactionIsRefused() {
        fake.keys().limitOperations(128);

        var outcome = apply(sites(200, ""), false);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Apply.Outcome.Written.class,
                        it -> assertThat(it.transactions()).isBetween(5, 6));
        assertThat(fake.keys().values()).hasSize(600 + 5);
        var history = fake.keys().history();
        assertThat(history.subList(0, history.size() - 1))
                .allSatisfy(each -> assertThat(each).doesNotContainKey(NUMBER));
        assertThat(Difference.between(store.read(), sites(200, ""), true).isEmpty()).isTrue();
    }

    /** A deleted key has no revision by which the next comparison could go. */
    @Test
    void seesWhatOthersWriteWhileTheAnswerToDeletionsIsLost() {
        apply(sites(200, ""), false);
        fake.keys().limitOperations(128);
        fake.plan(TXN, new Fault.Before(() -> {})); // refused
        fake.plan(TXN, new Fault.LosesAnswer());
        fake.plan(
                TXN,
                new Fault.Before(
                        () -> fake.keys().put("traefik/http/routers/new/rule", "Path(`/`)")));

        assertThat(apply(sites(1, ""), true))
                .isInstanceOfSatisfying(
                        Apply.Outcome.Conflict.class, it -> assertThat(it.written()).isEqualTo(1));
    }

    @Test
    void goesOnAfterALostAnswerBetweenPhases() {
        fake.keys().limitOperations(128);
        fake.plan(TXN, new Fault.Before(() -> {}));
        fake.plan(TXN, new Fault.Before(() -> {}));
        fake.plan(TXN, new Fault.LosesAnswer());

        assertThat(apply(sites(200, ""), false)).isInstanceOf(Apply.Outcome.Written.class);
        assertThat(Difference.between(store.read(), sites(200, ""), true).isEmpty()).isTrue();
    }

    /** A refusal of its size in the midst of phases would come too late. */
    @Test
    void takesBothUsualLimitsAtTheFirstRefusal() {
        fake.keys().limitOperations(128);
        TreeMap<String, String> keys = new TreeMap<>(sites(200, "").keys());
        keys.put("http/middlewares/large/plugin/large/text", "x".repeat(1_400_001));

        assertThat(apply(new KeyTree(keys), false)).isInstanceOf(Apply.Outcome.AboveLimit.class);
        assertThat(fake.keys().values()).isEmpty();
    }

    @Test
    void isNotSureAfterALostAnswerAndARefusal() {
        fake.plan(TXN, new Fault.LosesAnswer());
        fake.plan(
                TXN,
                new Fault.Answers(
                        400, "{\"message\": \"etcdserver: too many operations in txn request\"}"));

        assertThatThrownBy(() -> apply(sites(1, ""), false))
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.mayBeDone()).isTrue());
        assertThat(fake.requests()).filteredOn(TXN::equals).hasSize(2);
    }

    @Test
    void writesTheFirstCanaryAgainUntilItIsWhole() {
        for (int i = 0; i < 3; i++) {
            String other = "traefik/http/routers/new" + i + "/rule";
            fake.plan(TXN, new Fault.Before(() -> fake.keys().put(other, "Path(`/`)")));
        }

        assertThat(Setup.writeCanary(store)).isTrue();
        assertThat(CanaryRoute.isWhole(store.read().tree())).isTrue();
        assertThat(Setup.writeCanary(store)).isFalse();
    }

    @Test
    void failsIfTheFirstCanaryIsNeverWhole() {
        for (int i = 0; i < 9; i++) {
            String other = "traefik/http/routers/new" + i + "/rule";
            fake.plan(TXN, new Fault.Before(() -> fake.keys().put(other, "Path(`/`)")));
        }

        assertThatThrownBy(() -> Setup.writeCanary(store)).isInstanceOf(EtcdException.class);
    }

    @Test
    void refusesWhatMustBeOneTransactionAndIsTooLarge() {
        apply(prefixes(sites(200, "")), false);
        fake.keys().limitOperations(128);
        var before = fake.keys().values();

        // every router takes other requests: in between, one could take what is meant for another
        assertThat(apply(prefixes(sites(200, "b")), false))
                .isInstanceOfSatisfying(
                        Apply.Outcome.AboveLimit.class,
                        it -> assertThat(it.operations()).isGreaterThan(200));
        assertThat(fake.keys().values()).isEqualTo(before);
    }

    @Test
    void dividesWhatMovesWhereNoRequestCanMeetBoth() {
        apply(sites(200, ""), false);
        fake.keys().limitOperations(128);

        assertThat(apply(sites(200, "b"), false))
                .isInstanceOfSatisfying(
                        Apply.Outcome.Written.class,
                        it -> assertThat(it.transactions()).isBetween(2, 8));
    }

    @Test
    void noticesTheMarkerKey() {
        assertThat(store.read().marker()).isFalse();
        fake.keys().put("traefik", "true");
        assertThat(store.read().marker()).isTrue();
    }
}
