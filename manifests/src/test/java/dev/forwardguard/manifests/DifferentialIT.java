package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/** What changes when a guard stands between Traefik and its upstream: the manual's table. */
class DifferentialIT {
    private static List<Comparison> comparisons = List.of();

    @BeforeAll
    static void compare(@TempDir Path directory) {
        try (var pair = PairOfTraefiks.start(directory)) {
            comparisons = new Comparisons(pair).all();
        }
    }

    @Test
    void nothingChangesButWhatIsIntended() {
        assertThat(comparisons).flatExtracting(Comparison::faults).isEmpty();
    }

    /** A row that explains nothing that another row does not is no longer true. */
    @ParameterizedTest
    @EnumSource
    void everyIntendedChangeHappens(Intended row) {
        assertThat(comparisons).anyMatch(each -> each.needed().contains(row));
    }

    @ParameterizedTest
    @EnumSource
    void manualHasEveryRow(Intended row) {
        assertThat(section()).contains("\n| " + row.words() + " |");
    }

    @Test
    void manualHasNoOtherRow() {
        assertThat(section().lines().filter(line -> line.startsWith("| ")))
                .hasSize(1 + Intended.values().length);
    }

    private static String section() {
        return Manual.of("manifests/README.md")
                .section("what-changes-when-a-guard-stands-in-between");
    }

    /** So that what is alike did not fail on both ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "page",
                "page (HTTP/2)",
                "100 KB of cookies",
                "100 KB of cookies (HTTP/2)",
                "body of 1 MiB",
                "body of 1 MiB (HTTP/2)",
                "chunked body",
                "body with trailers",
                "expects 100-continue (HTTP/2)",
                "target /a/../b",
                "method HEAD"
            })
    void usualRequestsSucceedOnBothWays(String name) {
        Comparison comparison = comparison(name);

        assertThat(comparison.alone().at("visitor status")).containsExactly("200");
        assertThat(comparison.guarded().at("visitor status")).containsExactly("200");
    }

    @Test
    void visitorIsToldToContinueOnBothWays() {
        Comparison comparison = comparison("expects 100-continue");

        assertThat(comparison.alone().at("visitor status")).containsExactly("100", "200");
        assertThat(comparison.guarded().at("application body")).containsExactly("a=b&");
    }

    @Test
    void framesPassInBothDirections() {
        Comparison comparison = comparison("WebSocket with frames");

        assertThat(comparison.alone().at("visitor frame")).containsExactly("welcome ada", "hello?");
        assertThat(comparison.guarded().at("visitor frame"))
                .containsExactly("welcome ada", "hello?");
    }

    private static Comparison comparison(String name) {
        return comparisons.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no comparison " + name));
    }
}
