package dev.forwardguard.load.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tests the evaluation of measurements: a wrong median would pass a slow guard. */
class ResultsTest {
    private static final Contender CHAIN = chain("protected");
    private static final Contender CHAIN_BEFORE = chain("protected of before");
    private static final Scenario PROTECTED = chains(List.of(CHAIN, CHAIN_BEFORE));

    private final Results results = new Results();
    private final GuardContender guard =
            new GuardContender(
                    GuardContender.BOT_BLOCK, Path.of("."), "", 1, GuardContender.Capacity.DEFAULT);
    private final Scenario scenario =
            new Scenario(
                    Scenarios.KEEP_ALIVE,
                    "Cookies <of> 1 & 2 KB",
                    List.of(NginxContender.KEEP_ALIVE, guard),
                    1,
                    VisitorRequest.at("/auth", 1),
                    new Expected(200, "X", "y", 0),
                    new Saturation(1, false));

    @Test
    void comparesMedians() {
        cpu(NginxContender.KEEP_ALIVE, 10, 11, 900);
        cpu(guard, 12, 12.2, 12);

        assertThat(bar(1.1).measured(results).orElseThrow()).isCloseTo(12 / 11.0, within(1e-9));
        assertThat(bar(1.1).passes(12 / 11.0)).isTrue();
        assertThat(bar(1.1).passes(1.11)).isFalse();
    }

    @Test
    void takesMiddleOfEvenNumberOfRounds() {
        cpu(guard, 40, 10, 20, 30);

        assertThat(results.spread(scenario, guard.name(), Metric.CPU))
                .isEqualTo(new Spread(25, 10, 40));
    }

    @Test
    void skipsBarsThatWereNotMeasured() {
        cpu(guard, 12);

        assertThat(bar(1.1).measured(results)).isEmpty();
        assertThat(new Report(results).markdown()).doesNotContain("pass", "miss");
    }

    @Test
    void countsWrongResponsesOfAllRounds() {
        cpu(NginxContender.KEEP_ALIVE, 1, 1);
        cpu(guard, 1);

        assertThat(results.wrong()).isEqualTo(3);
    }

    @Test
    void comparesChainWithBuildBefore() {
        cpu(PROTECTED, CHAIN, 400, 600, 500, 9_000);
        cpu(PROTECTED, CHAIN_BEFORE, 1_600, 1_900, 2_000, 2_200);

        assertThat(chainBar().scenario()).isEqualTo(PROTECTED.name());
        assertThat(chainBar().measured(results).orElseThrow()).isCloseTo(0.3, within(1e-9));
        assertThat(chainBar().passes(0.3)).isTrue();
        assertThat(chainBar().passes(0.301)).isFalse();
        assertThat(new Report(results).markdown())
                .contains(
                        "| gateway-protected-2-visitors: CPU µs/request of protected"
                                + " / protected of before | ≤ 0.30 | 0.30 | pass |");
    }

    @Test
    void judgesNoChainAlone() {
        var alone = chains(List.of(CHAIN));
        cpu(alone, CHAIN, 400, 600);

        assertThat(Bar.all(results)).isEqualTo(Bar.all(new Results()));
        assertThat(new Report(results).markdown()).doesNotContain("pass", "miss");
    }

    @Test
    void tellsGatewayFromServersBehindIt() {
        cpu(PROTECTED, CHAIN, 400, 600);
        cpu(PROTECTED, CHAIN_BEFORE, 1_600, 2_000);

        assertThat(new Report(results).markdown())
                .contains(
                        "| | CPU µs/request | of the gateway | of guards or nginx |",
                        "| protected | 600.0 | 400.0 | 200.0 |",
                        "| protected of before | 2,000.0 | 1,600.0 | 400.0 |");
    }

    @Test
    void showsNoGatewayWhereThereIsNone() {
        cpu(guard, 12);

        assertThat(new Report(results).markdown()).doesNotContain("gateway");
    }

    @Test
    void drawsBarsInProportion() {
        cpu(NginxContender.KEEP_ALIVE, 10);
        cpu(guard, 20);

        assertThat(new Plot(results).svg())
                .contains("width=\"210.0\"", "width=\"420.0\"", "Cookies &lt;of> 1 &amp; 2 KB");
    }

    private void cpu(Contender contender, double... rounds) {
        cpu(scenario, contender, Double.NaN, rounds);
    }

    private void cpu(Scenario scenario, Contender contender, double gateway, double... rounds) {
        for (double cpu : rounds) {
            results.add(
                    scenario,
                    contender,
                    new Measurement()
                            .with(Metric.CPU, cpu)
                            .with(Metric.GATEWAY, gateway)
                            .with(Metric.BEHIND, cpu - gateway)
                            .with(Metric.WRONG, 1));
        }
    }

    private static Scenario chains(List<Contender> chains) {
        return new Scenario(
                GatewayScenarios.PROTECTED + "2-visitors",
                "Chains",
                chains,
                1,
                VisitorRequest.toApplication(1),
                new Expected(200, "X", "y", 0),
                new Saturation(2, false));
    }

    private static TraefikContender chain(String name) {
        return new TraefikContender(name, Path.of("."), 1, List.of("protected"), Map.of(), true);
    }

    private Bar chainBar() {
        return Bar.all(results).getLast();
    }

    private static Bar bar(double limit) {
        return Bar.all(new Results()).stream()
                .filter(bar -> bar.scenario().equals(Scenarios.KEEP_ALIVE) && bar.limit() == limit)
                .findFirst()
                .orElseThrow();
    }
}
