package dev.forwardguard.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadLimitsTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"24, 384, 3", "64, 1024, 8", "128, 2048, 16"})
    void followHeapSize(long heap, int connections, long buffered) {
        assertThat(LoadLimits.ofHeap(heap * MIB))
                .isEqualTo(new LoadLimits(connections, buffered * MIB));
    }

    @Test
    void anyHeapFitsLargestRequestAndResponse() {
        assertThat(LoadLimits.ofHeap(MIB).bufferedBytes()).isEqualTo(21 * MIB / 8);
    }

    @Test
    void limitsConnectionsOfHugeHeap() {
        assertThat(LoadLimits.ofHeap(Long.MAX_VALUE).connections()).isEqualTo(16_384);
    }
}
