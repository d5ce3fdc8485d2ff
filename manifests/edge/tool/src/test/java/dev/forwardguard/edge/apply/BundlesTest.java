package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.KeyTree;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.TreeMap;

/** Which changes belong together. */
final class BundlesTest {
    private static final int MANY = 30_000;

    /** Each router joins two middlewares, from the last pair to the first. */
    @Test
    void aLongRowIsOneBundle() {
        StoredTree before = new StoredTree(1, row("old"), Map.of(), false);
        Difference difference = Difference.between(before, row("new"), true);

        assertThat(new Bundles(difference).all())
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.changes()).hasSize(MANY + 1);
                            assertThat(each.routers()).hasSize(MANY);
                        });
    }

    private static KeyTree row(String version) {
        TreeMap<String, String> keys = new TreeMap<>();
        for (int i = 0; i <= MANY; i++) {
            String name = "m%05d".formatted(i);
            keys.put("http/middlewares/" + name + "/stripPrefix/prefixes/0", "/" + version);
            if (i < MANY) {
                keys.put(
                        "http/routers/r%05d/middlewares".formatted(MANY - i),
                        name + ", m%05d".formatted(i + 1));
            }
        }
        return new KeyTree(keys);
    }
}
