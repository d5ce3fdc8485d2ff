package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.KeyTree;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Which changes bring all other changes of routers into one step. */
final class OneStepTest {
    private static final String SITE = "http/routers/site/";

    /**
     * @param both keys that are there before and after
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; rule=Host(`a`); rule=Host(`b`); false",
                "''; ''; rule=Host(`a`)|tls=true; false",
                "''; ''; rule=Host(`a`)|tls/options=strict; true",
                "''; rule=Host(`a`)|TLS//Options=strict; ''; true",
                "''; ''; parentRefs/0=other; true",
                "''; ParentRefs=other@file; ''; true",
                "http/routers/x/parentRefs=y, site; rule=Path(`/a`); rule=Path(`/b`); true",
                "http/routers/x/tls/options=s|http/routers/x/rule=Host(`a`); ''; rule=Host(`a`); true",
                "http/routers/x/tls/options=s|http/routers/x/rule=Host(`a`); ''; rule=Path(`/`); true",
                "http/routers/x/tls/options=s|http/routers/x/rule=Host(`a`); ''; rule=Host(`b`); false",
                "http/routers/x/parentRefs=y|tcp/routers/x/rule=HostSNI(`*`); ''; rule=Host(`a`); false"
            })
    void looksAtRoutersThatChange(String both, String before, String after, boolean needed) {
        assertThat(isNeeded(both, SITE, before, after)).isEqualTo(needed);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp/routers/x/rule, true",
        "tcp/services/x/loadBalancer/servers/0/address, true",
        "udp/routers/x/service, true",
        "tls/options/default/minVersion, true",
        "TLS/Options/x/minVersion, true",
        "tls/stores/default/defaultCertificate/certFile, false",
        "http/middlewares/x/compress, false"
    })
    void looksAtOtherObjects(String key, boolean needed) {
        assertThat(isNeeded("", "", "", key + "=a")).isEqualTo(needed);
        assertThat(isNeeded("", "", key + "=a", "")).isEqualTo(needed);
        assertThat(isNeeded("", "", key + "=a", key + "=b")).isEqualTo(needed);
        assertThat(isNeeded(key + "=a", SITE, "rule=Host(`a`)", "")).isFalse();
    }

    private static boolean isNeeded(String both, String prefix, String before, String after) {
        KeyTree old = tree(both, prefix, before);
        StoredTree stored = new StoredTree(1, old, Map.of(), false);
        return OneStep.isNeeded(Difference.between(stored, tree(both, prefix, after), true));
    }

    private static KeyTree tree(String both, String prefix, String own) {
        TreeMap<String, String> keys = new TreeMap<>();
        put(keys, "", both);
        put(keys, prefix, own);
        return new KeyTree(keys);
    }

    private static void put(Map<String, String> keys, String prefix, String fields) {
        Arrays.stream(fields.split("\\|", -1))
                .filter(each -> !each.isEmpty())
                .map(each -> each.split("=", 2))
                .forEach(each -> keys.put(prefix + each[0], each[1]));
    }
}
