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

    /** The last metric belongs to the binder that the JVM notifies of each collection. */
    @Test
    void countsCollectionsWithoutNotifications() throws IOException {
        System.gc();

        String metrics = guard.management().ask(RawRequest.get("/prometheus")).body();

        assertThat(metrics)
                .containsPattern("jvm_gc_pause_seconds_count\\{[^}]*} [1-9]")
                .contains("jvm_memory_used_bytes{")
                .doesNotContain("jvm_gc_memory_allocated");
    }
}
