package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class GuardedPathsTest {
    private final GuardedPaths paths =
            GuardedPaths.of(
                    List.of(
                            "/outpost.goauthentik.io/auth/traefik",
                            "/outpost.goauthentik.io/auth/envoy/*",
                            "/outpost.goauthentik.io/x/*"));

    @ParameterizedTest
    @CsvSource({
        "auth/traefik, true, false",
        "auth/traefik/, false, false",
        "auth/traefik/a, false, false",
        "auth/envoy, true, true",
        "auth/envoy/, true, true",
        "auth/envoy/a/b, true, true",
        "auth/envoy//, true, true",
        "auth/envoy/..;/../start, true, true",
        "auth/envoy/%2f%2e%2e%2fstart, true, true",
        "x/y, true, true",
        "auth/envoyx, false, false",
        "auth/envoyx/a, false, false",
        "auth/envoy;/a, false, false",
        "auth/envoy%2fa, false, false",
        "auth/Envoy/a, false, false",
        "auth/, false, false",
        "auth/env, false, false"
    })
    void matchBySegments(String below, boolean guarded, boolean ofVisitor) {
        String path = AuthentikSettings.PREFIX + below;

        assertThat(paths.include(path)).isEqualTo(guarded);
        assertThat(paths.endInVisitorsPath(path)).isEqualTo(ofVisitor);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "/",
        "/auth/envoy/a",
        "/outpost.goauthentik.io",
        "x/outpost.goauthentik.io/x/y"
    })
    void leaveOtherPathsAlone(String path) {
        assertThat(paths.include(path)).isFalse();
    }
}
