package dev.forwardguard.manifests.load.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

/** Tests the evaluation of measurements: a wrong median would pass a slow guard. */
class ResultsIT {
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
    void drawsBarsInProportion() {
        cpu(NginxContender.KEEP_ALIVE, 10);
        cpu(guard, 20);

        assertThat(new Plot(results).svg())
                .contains("width=\"210.0\"", "width=\"420.0\"", "Cookies &lt;of> 1 &amp; 2 KB");
    }

    private void cpu(Contender contender, double... rounds) {
        for (double cpu : rounds) {
            var measurement = new Measurement(cpu, 1, 1, 1, 1, 1, Double.NaN, 1);
            results.add(scenario, contender, measurement);
        }
    }

    private static Bar bar(double limit) {
        return Bar.ALL.stream()
                .filter(bar -> bar.scenario().equals(Scenarios.KEEP_ALIVE) && bar.limit() == limit)
                .findFirst()
                .orElseThrow();
    }
}
