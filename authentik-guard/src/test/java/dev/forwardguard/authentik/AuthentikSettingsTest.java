package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.Mode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Set;

class AuthentikSettingsTest {
    private static AuthentikSettings parse(String document) {
        return AuthentikSettings.parse(document.getBytes(UTF_8));
    }

    @Test
    void hasTheDocumentedDefaults() {
        AuthentikSettings settings = parse("");

        assertThat(settings.guard().upstream().url())
                .hasToString(
                        "http://ak-outpost-authentik-embedded-outpost.authentik.svc.cluster.local:9000");
        assertThat(settings.guard().dropRequestHeaders().contains("Cookie")).isFalse();
        assertThat(settings.guardedPaths())
                .isEqualTo(
                        Set.of(
                                "/outpost.goauthentik.io/auth/traefik",
                                "/outpost.goauthentik.io/auth/caddy"));
        assertThat(settings.emergency().requireHttps()).isTrue();
        assertThat(settings.emergency().realm())
                .hasToString("Basic realm=\"Emergency Access\", charset=\"UTF-8\"");
        assertThat(settings.emergency().groups()).isEmpty();
        assertThat(settings.emergency().deletionGrace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.emergency().limits()).isEqualTo(new HashLimits(14, 200_000));
    }

    @Test
    void mapsEveryKey() {
        AuthentikSettings settings =
                parse(
                        """
                        mode: upstream
                        guarded-paths: [/outpost.goauthentik.io/auth/nginx]
                        emergency:
                          require-https: false
                          realm: Break glass
                          groups: [admins, on call]
                          deletion-grace: 0s
                          max-bcrypt-cost: 10
                          max-crypt-rounds: 5000
                        """);

        assertThat(settings.guard().mode()).isEqualTo(Mode.UPSTREAM);
        assertThat(settings.guardedPaths()).containsExactly("/outpost.goauthentik.io/auth/nginx");
        assertThat(settings.emergency().requireHttps()).isFalse();
        assertThat(settings.emergency().realm().realm()).isEqualTo("Break glass");
        assertThat(settings.emergency().groups()).containsExactly("admins", "on call");
        assertThat(settings.emergency().deletionGrace()).isZero();
        assertThat(settings.emergency().limits()).isEqualTo(new HashLimits(10, 5000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "emergency: {require-https: ture}   @ line 1: emergency.require-https must be true or false: ture",
                "emergency: {realm: \"a\\nb\"}      @ line 1: emergency.realm",
                "emergency: {groups: ['a|b']}       @ line 1: emergency.groups must be printable ASCII",
                "emergency: {groups: ['']}          @ line 1: emergency.groups must be printable ASCII",
                "emergency: {groups: admins}        @ line 1: emergency.groups must be a list",
                "emergency: {max-bcrypt-cost: 3}    @ line 1: emergency.max-bcrypt-cost must be a whole number from 4",
                "emergency: {max-crypt-rounds: 1}   @ line 1: emergency.max-crypt-rounds must be a whole number from 5000",
                "emergency: {deletion-grace: 2000m} @ line 1: emergency.deletion-grace must be from 0s to 86400s: 2000m",
                "emergency: {relm: x}               @ line 1: unknown key emergency.relm",
                "guarded-paths: []                  @ line 1: guarded-paths must not be empty",
                "guarded-paths: [/auth]             @ line 1: guarded-paths must be plain paths below",
                "guarded-paths: ['/outpost.goauthentik.io/*'] @ line 1: guarded-paths must be plain paths below"
            })
    void refusesAMistakeWithItsLineAndKey(String document, String message) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith(message);
    }
}
