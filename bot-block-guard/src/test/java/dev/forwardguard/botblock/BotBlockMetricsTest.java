package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;

import org.junit.jupiter.api.Test;

import java.io.IOException;

final class BotBlockMetricsTest extends AgainstStubUpstream {
    BotBlockMetricsTest() {
        super(BotBlock.KIND);
    }

    /** The last one is of the binder that is told of each collection. */
    @Test
    void tellOfCollectionsWithoutBeingToldOfEach() throws IOException {
        System.gc();

        String metrics = guard.management().ask(RawRequest.get("/prometheus")).body();

        assertThat(metrics)
                .containsPattern("jvm_gc_pause_seconds_count\\{[^}]*} [1-9]")
                .contains("jvm_memory_used_bytes{")
                .doesNotContain("jvm_gc_memory_allocated");
    }
}
