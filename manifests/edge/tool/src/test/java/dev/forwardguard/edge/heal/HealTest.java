package dev.forwardguard.edge.heal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;
import dev.forwardguard.edge.heal.Workload.Kind;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.OptionalLong;

class HealTest {
    private static final Reading BEHIND = new Reading.Shows(16);
    private static final Reading CURRENT = new Reading.Shows(17);
    private static final Reading NOTHING = new Reading.NoCanary(404);

    private static SimulatedEdge surging(Kind kind) {
        return new SimulatedEdge(kind, true, 17);
    }

    private static HealException failure(SimulatedEdge edge) {
        HealException failure = catchThrowableOfType(HealException.class, edge::heal);
        assertThat(failure).isNotNull();
        assertThat(failure.line()).doesNotContain("\n");
        return failure;
    }

    @Nested
    class Always {
        @ParameterizedTest
        @EnumSource
        void touchesNothingThatIsCurrent(Kind kind) {
            var edge = surging(kind);
            edge.gateway(CURRENT);
            edge.gateway(CURRENT);

            edge.heal();

            assertThat(edge.events).isEmpty();
        }

        @Test
        void waitsForGatewayThatCatchesUp() {
            var edge = surging(Kind.DEPLOYMENT);
            String late = edge.gateway(BEHIND);
            edge.atNextPause(() -> edge.readings.put(late, CURRENT));

            edge.heal();

            assertThat(edge.events).isEmpty();
            assertThat(edge.nanos()).isEqualTo(1_000_000_000L);
        }

        @Test
        void waitsForAMinute() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);

            HealException failure =
                    catchThrowableOfType(HealException.class, () -> edge.heal(true));

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(edge.nanos()).isEqualTo(60_000_000_000L);
            assertThat(edge.events).isEmpty();
        }

        /** One that came later has not been behind for a minute. */
        @Test
        void doesNotCountGatewayThatStartsMeanwhile() {
            var edge = surging(Kind.DEPLOYMENT);
            String first = edge.gateway(BEHIND);
            edge.atNextPause(
                    () -> {
                        edge.vanish(first);
                        edge.gateway(BEHIND);
                    });

            edge.heal();

            assertThat(edge.events).isEmpty();
        }

        @Test
        void needsEtcdAtFirst() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            edge.isEtcdDown = true;

            assertThat(failure(edge).reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(edge.events).isEmpty();
        }

        @Test
        void needsEtcdAfterTheMinute() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            edge.atNextPause(() -> edge.isEtcdDown = true);

            assertThat(failure(edge).reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(edge.events).isEmpty();
        }

        @Test
        void needsCanary() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            edge.routes = new Snapshot(OptionalLong.empty(), Map.of());

            assertThat(failure(edge).reason()).isEqualTo(Reason.INVALID);
        }

        /** Then a fresh gateway would serve less than the others do. */
        @Test
        void touchesNothingWhenEtcdHasLostItsData() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(new Reading.Shows(500));
            edge.gateway(BEHIND);

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("shows 500, etcd has only 17");
            assertThat(edge.events).isEmpty();
        }

        /**
         * A lost node, or a cut path: a rollout would replace the healthy ones, and help nobody.
         */
        @ParameterizedTest
        @EnumSource
        void leavesGatewayThatDoesNotAnswer(Kind kind) {
            var edge = surging(kind);
            String silent = edge.gateway(new Reading.Silent("connection timed out"));
            edge.gateway(CURRENT);

            edge.heal();

            assertThat(edge.events).isEmpty();
            assertThat(edge.lines)
                    .filteredOn(each -> each.contains(silent))
                    .singleElement()
                    .asString()
                    .contains("does not answer (connection timed out), and is left alone");
        }

        @Test
        void leavesGatewayThatFallsSilentWhileItIsBehind() {
            var edge = surging(Kind.DEPLOYMENT);
            String one = edge.gateway(BEHIND);
            edge.atNextPause(() -> edge.readings.put(one, new Reading.Silent("gone")));

            edge.heal();

            assertThat(edge.events).isEmpty();
        }

        @Test
        void removesTrialOfKilledRun() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(CURRENT);
            edge.create(Json.object(Map.of()));

            edge.heal();

            assertThat(edge.events).containsExactly("try trial-2", "forget trial-2");
        }

        @Test
        void refusesDeploymentThatStopsGatewaysFirst() {
            var edge = new SimulatedEdge(Kind.DEPLOYMENT, false, 17);
            edge.gateway(BEHIND);

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.INVALID);
            assertThat(failure.line()).contains("maxUnavailable");
            assertThat(edge.events).isEmpty();
        }
    }

    @Nested
    class WithSurge {
        @ParameterizedTest
        @EnumSource
        void replacesAllAfterTrial(Kind kind) {
            var edge = surging(kind);
            String one = edge.gateway(BEHIND);
            String other = edge.gateway(CURRENT);

            edge.heal();

            assertThat(edge.events)
                    .containsExactly(
                            "try trial-3",
                            "restart",
                            "start gateway-4",
                            "end " + one,
                            "start gateway-5",
                            "end " + other,
                            "forget trial-3");
            assertThat(edge.names()).containsExactly("gateway-4", "gateway-5");
        }

        @ParameterizedTest
        @EnumSource
        void stopsNothingWhenFreshGatewayServesNothing(Kind kind) {
            var edge = surging(kind);
            String one = edge.gateway(BEHIND);
            edge.fresh = NOTHING;
            edge.log =
                    "ERR Provider error, retrying in 1s error=\"strconv.ParseBool: parsing \\\"abc\\\": invalid syntax\"";

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line())
                    .contains("revision 17", "strconv.ParseBool", "edge-routes diff")
                    .doesNotContain("abc");
            assertThat(edge.events).containsExactly("try trial-2", "forget trial-2");
            assertThat(edge.names()).containsExactly(one);
        }

        @ParameterizedTest
        @EnumSource
        void stopsNothingWhenFreshGatewayDoesNotBecomeReady(Kind kind) {
            var edge = surging(kind);
            String one = edge.gateway(BEHIND);
            edge.unready.add("trial-2");

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("shows revision", "does not become ready");
            assertThat(edge.names()).containsExactly(one);
        }

        @Test
        void stopsNothingWhenEtcdGoesDuringTrial() {
            var edge = surging(Kind.DEPLOYMENT);
            String one = edge.gateway(BEHIND);
            edge.atNextCreation(
                    () -> {
                        edge.isEtcdDown = true;
                        edge.readings.replaceAll(
                                (name, shown) -> name.startsWith("trial") ? NOTHING : shown);
                    });

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("etcd does not answer");
            assertThat(edge.names()).containsExactly(one);
        }

        @ParameterizedTest
        @EnumSource
        void takesRolloutBackWhenEtcdGoesAfterTrial(Kind kind) {
            var edge = surging(kind);
            String one = edge.gateway(BEHIND);
            String other = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.atNextCreation(() -> edge.isEtcdDown = true));

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("taken back", "nothing was stopped");
            assertThat(edge.events)
                    .containsExactly(
                            "try trial-3",
                            "restart",
                            "start gateway-4",
                            "take back",
                            "end gateway-4",
                            "forget trial-3");
            assertThat(edge.names()).containsExactly(one, other);
        }

        @Test
        void leavesRolloutWhenLaterGatewayServesNothing() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            String other = edge.gateway(BEHIND);
            edge.atNextCreation(
                    () ->
                            edge.atNextCreation(
                                    () -> edge.atNextCreation(() -> edge.isEtcdDown = true)));

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("1 gateways were replaced");
            assertThat(edge.names()).contains("gateway-4", other);
            assertThat(edge.events).doesNotContain("take back");
        }

        @Test
        void triesAgainWhenRoutesChangeDuringTrial() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.apply(18));

            edge.heal();

            assertThat(edge.events)
                    .startsWith("try trial-2", "forget trial-2", "try trial-3", "restart");
        }

        /** A value that was written by hand, so without another number. */
        @Test
        void triesAgainWhenValueChangesUnderTheSameNumber() {
            var edge = surging(Kind.DEPLOYMENT);
            String one = edge.gateway(BEHIND);
            edge.atNextCreation(
                    () -> {
                        edge.routes =
                                new Snapshot(
                                        OptionalLong.of(17), Map.of("http/routers/a/rule", 99L));
                        edge.fresh = NOTHING;
                    });

            assertThat(failure(edge).reason()).isEqualTo(Reason.STALE);
            assertThat(edge.names()).containsExactly(one);
        }

        @Test
        void givesWayToAnotherHeal() {
            var edge = surging(Kind.DEPLOYMENT);
            String one = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.vanish("trial-2"));

            assertThat(failure(edge).reason()).isEqualTo(Reason.CONFLICT);
            assertThat(edge.names()).containsExactly(one);
        }

        @Test
        void awaitsRolloutThatIsUnderWay() {
            var edge = surging(Kind.DEPLOYMENT);
            edge.gateway(BEHIND);
            edge.gateway(BEHIND);
            edge.atNextCreation(
                    () ->
                            edge.annotate(
                                    edge.workload(Kind.DEPLOYMENT, "gateway").orElseThrow(),
                                    "earlier"));

            edge.heal();

            assertThat(edge.events).containsOnlyOnce("restart");
            assertThat(edge.names()).hasSize(2);
        }
    }

    @Nested
    class AfterRollout {
        private final SimulatedEdge edge = surging(Kind.DEPLOYMENT);

        private void applyAtItsEnd(Runnable afterwards) {
            edge.gateway(BEHIND);
            edge.gateway(BEHIND);
            edge.atNextCreation(
                    () -> {
                        edge.annotate(
                                edge.workload(Kind.DEPLOYMENT, "gateway").orElseThrow(), "earlier");
                        edge.atNextEnd(
                                "gateway-2",
                                () -> {
                                    edge.apply(18);
                                    afterwards.run();
                                });
                    });
        }

        /** Right after an apply all gateways are behind. */
        @Test
        void waitsForGatewaysThatCatchUp() {
            applyAtItsEnd(
                    () ->
                            edge.atNextPause(
                                    () ->
                                            edge.readings.replaceAll(
                                                    (_, _) -> new Reading.Shows(18))));

            edge.heal();

            assertThat(edge.events).as("the earlier one").containsOnlyOnce("restart");
        }

        @Test
        void restartsThoseThatStayBehind() {
            applyAtItsEnd(() -> {});

            edge.heal();

            assertThat(edge.events).filteredOn("restart"::equals).hasSize(2);
        }
    }

    @Nested
    class WithoutSurge {
        private final SimulatedEdge edge = new SimulatedEdge(Kind.DAEMON_SET, false, 17);

        @Test
        void replacesStaleOnesOneAfterAnother() {
            String serving = edge.gateway(BEHIND);
            edge.gateway(CURRENT);
            String empty = edge.gateway(NOTHING);

            edge.heal();

            assertThat(edge.events)
                    .containsExactly(
                            "try trial-4",
                            "stop " + empty,
                            "start gateway-5",
                            "stop " + serving,
                            "start gateway-6",
                            "forget trial-4");
        }

        @Test
        void stopsNothingWhenFreshGatewayServesNothing() {
            String one = edge.gateway(BEHIND);
            edge.fresh = NOTHING;

            assertThat(failure(edge).reason()).isEqualTo(Reason.STALE);
            assertThat(edge.names()).containsExactly(one);
        }

        @Test
        void stopsNoOtherWhenSuccessorServesNothing() {
            edge.gateway(BEHIND);
            String other = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.atNextCreation(() -> edge.isEtcdDown = true));

            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains("The others were not touched");
            assertThat(edge.names()).contains(other).doesNotContain("gateway-1");
        }

        @Test
        void asksEtcdBeforeEach() {
            edge.gateway(BEHIND);
            String other = edge.gateway(BEHIND);
            edge.atNextCreation(
                    () ->
                            edge.atNextCreation(
                                    () ->
                                            edge.routes =
                                                    new Snapshot(
                                                            OptionalLong.of(17), Map.of("x", 1L))));

            edge.heal();

            assertThat(edge.events)
                    .containsExactly(
                            "try trial-3",
                            "stop gateway-1",
                            "start gateway-4",
                            "forget trial-3",
                            "try trial-5",
                            "stop " + other,
                            "start gateway-6",
                            "forget trial-5");
        }

        private void assertWaitsInVain(String obstacle) {
            HealException failure = failure(edge);

            assertThat(failure.reason()).isEqualTo(Reason.STALE);
            assertThat(failure.line()).contains(obstacle, "two gateways must not be stopped");
            assertThat(edge.events).containsExactly("try trial-3", "forget trial-3");
        }

        /** By another heal, a rollout or somebody's hand. */
        @Test
        void stopsNothingWhileAnotherIsBeingStopped() {
            edge.gateway(BEHIND);
            String other = edge.gateway(CURRENT);
            edge.atNextCreation(() -> edge.leaving.add(other));

            assertWaitsInVain(other + " is being stopped");
        }

        @Test
        void stopsNothingWhileAnotherIsNotReady() {
            edge.gateway(BEHIND);
            String other = edge.gateway(CURRENT);
            edge.unready.add(other);

            assertWaitsInVain(other + " is not ready");
        }

        @Test
        void stopsNothingWhileOneIsMissing() {
            edge.gateway(BEHIND);
            edge.gateway(CURRENT);
            edge.missing = 1;

            assertWaitsInVain("daemonsets/gateway has 2 of 3 gateways");
        }

        @Test
        void waitsUntilAnotherIsReady() {
            String one = edge.gateway(BEHIND);
            String other = edge.gateway(CURRENT);
            edge.atNextCreation(
                    () -> {
                        edge.unready.add(other);
                        edge.atNextPause(() -> edge.unready.remove(other));
                    });

            edge.heal();

            assertThat(edge.events)
                    .containsExactly(
                            "try trial-3", "stop " + one, "start gateway-4", "forget trial-3");
        }

        /** None of them is ready, and none would ever be. */
        @Test
        void replacesOneAfterAnotherWhenNoneServesAnything() {
            String one = edge.gateway(NOTHING);
            String other = edge.gateway(NOTHING);

            edge.heal();

            assertThat(edge.events).contains("stop " + one, "stop " + other);
        }

        @Test
        void skipsGatewayThatSomebodyHasDeleted() {
            String one = edge.gateway(BEHIND);
            String other = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.vanish(one));

            edge.heal();

            assertThat(edge.events)
                    .containsExactly(
                            "try trial-3", "stop " + other, "start gateway-4", "forget trial-3");
        }

        @Test
        void skipsGatewayThatFallsSilent() {
            String one = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.readings.put(one, new Reading.Silent("gone")));

            edge.heal();

            assertThat(edge.events).containsExactly("try trial-2", "forget trial-2");
            assertThat(edge.lines).anyMatch(each -> each.startsWith(one + " does not answer any"));
        }

        @Test
        void leavesGatewayThatHasRecovered() {
            String one = edge.gateway(BEHIND);
            edge.atNextCreation(() -> edge.readings.put(one, CURRENT));

            edge.heal();

            assertThat(edge.events).containsExactly("try trial-2", "forget trial-2");
        }
    }
}
