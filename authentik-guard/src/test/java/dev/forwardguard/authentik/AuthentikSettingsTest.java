package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.emergency.ChallengePolicy;
import dev.forwardguard.authentik.pages.HelpUrl;
import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Realm;
import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.testing.guard.DocumentedKeys;
import dev.forwardguard.testing.guard.OverridableKeys;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

class AuthentikSettingsTest {
    private static AuthentikSettings parse(String document) {
        return new AuthentikBeans()
                .settings(Clock.systemUTC(), false)
                .value()
                .check(document.getBytes(UTF_8))
                .settings();
    }

    @Test
    void hasDocumentedDefaults() {
        AuthentikSettings settings = parse("");

        assertThat(settings.guard().upstream().url())
                .hasToString(
                        "http://ak-outpost-authentik-embedded-outpost.authentik.svc.cluster.local:9000");
        assertThat(settings.guard().upstream().probe().suspectStatuses())
                .containsExactly(400, 404, 500);
        assertThat(settings.guard().dropRequestHeaders().contains("Cookie")).isFalse();
        assertThat(settings.loginHealthUrl()).isEmpty();
        assertThat(settings.guardedPaths().plain())
                .containsExactly(
                        "/outpost.goauthentik.io/auth/traefik",
                        "/outpost.goauthentik.io/auth/caddy");
        assertThat(settings.guardedPaths().prefixes()).isEmpty();
        assertThat(settings.emergency().requireHttps()).isTrue();
        assertThat(settings.emergency().realm()).isEqualTo(new Realm("Emergency Access"));
        assertThat(settings.emergency().groups()).isEmpty();
        assertThat(settings.emergency().identity("anna").email()).isEmpty();
        assertThat(settings.emergency().deletionGrace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.emergency().message()).isEmpty();
        assertThat(settings.emergency().helpUrl()).isEmpty();
        assertThat(settings.emergency().challengePolicy()).isEqualTo(ChallengePolicy.AUTO);
        assertThat(settings.emergency().form()).isFalse();
        assertThat(settings.emergency().session()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.emergency().allowPreflight()).isFalse();
        assertThat(settings.emergency().open()).hasToString("[]");
        assertThat(settings.emergency().limits()).isEqualTo(new HashLimits(14, 200_000));
        assertThat(settings.emergency().maxFailures()).isEqualTo(5);
        assertThat(settings.emergency().replicas()).isEqualTo(1);
        assertThat(settings.guard().clientAddress().header())
                .isEqualTo(ClientAddressResolver.Source.X_FORWARDED_FOR);
        assertThat(settings.guard().clientAddress().trustedProxies())
                .hasToString(
                        "[127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16,"
                                + " 100.64.0.0/10, fc00::/7]");
    }

    @Test
    void mapsEveryKey() {
        AuthentikSettings settings =
                parse(
                        """
                        mode: upstream
                        upstream:
                          login-health-url: http://login.example:9000/-/health/ready/
                          deadline: 2s
                        guarded-paths: [/outpost.goauthentik.io/auth/nginx, /outpost.goauthentik.io/auth/envoy/*]
                        emergency:
                          require-https: false
                          realm: Break glass
                          groups: [admins, on call]
                          identities: {anna: {email: anna@example.com}}
                          deletion-grace: 0s
                          message: Call Eve, 112
                          help-url: https://help.example.com/outage
                          challenge: never
                          form: true
                          session: 12h
                          allow-preflight: true
                          open:
                            - host: status.example.com
                              path: /
                            - {host: app.example.com, path: /api/hooks, methods: [POST, GET]}
                          max-bcrypt-cost: 10
                          max-crypt-rounds: 5000
                          max-failures: 0
                          replicas: 3
                          client-address: x-real-ip
                          trusted-proxies: [192.0.2.1, 'fd00::/8']
                        """);

        assertThat(settings.guard().mode()).isEqualTo(Mode.UPSTREAM);
        assertThat(settings.loginHealthUrl())
                .contains(URI.create("http://login.example:9000/-/health/ready/"));
        assertThat(settings.guard().upstream().deadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.guardedPaths().plain())
                .containsExactly("/outpost.goauthentik.io/auth/nginx");
        assertThat(settings.guardedPaths().prefixes())
                .containsExactly("/outpost.goauthentik.io/auth/envoy");
        assertThat(settings.guardedPaths())
                .hasToString(
                        "[/outpost.goauthentik.io/auth/nginx, /outpost.goauthentik.io/auth/envoy/*]");
        assertThat(settings.emergency().requireHttps()).isFalse();
        assertThat(settings.emergency().realm().name()).isEqualTo("Break glass");
        assertThat(settings.emergency().groups()).containsExactly("admins", "on call");
        assertThat(settings.emergency().identity("anna").email()).isEqualTo("anna@example.com");
        assertThat(settings.emergency().deletionGrace()).isZero();
        assertThat(settings.emergency().message()).isEqualTo("Call Eve, 112");
        assertThat(settings.emergency().helpUrl())
                .contains(new HelpUrl("https://help.example.com/outage"));
        assertThat(settings.emergency().challengePolicy()).isEqualTo(ChallengePolicy.NEVER);
        assertThat(settings.emergency().form()).isTrue();
        assertThat(settings.emergency().session()).isEqualTo(Duration.ofHours(12));
        assertThat(settings.emergency().allowPreflight()).isTrue();
        assertThat(settings.emergency().open())
                .hasToString("[status.example.com/, GET,POST app.example.com/api/hooks]");
        assertThat(settings.emergency().limits()).isEqualTo(new HashLimits(10, 5000));
        assertThat(settings.emergency().maxFailures()).isZero();
        assertThat(settings.emergency().replicas()).isEqualTo(3);
        assertThat(settings.guard().clientAddress().header())
                .isEqualTo(ClientAddressResolver.Source.X_REAL_IP);
        assertThat(settings.guard().clientAddress().trustedProxies())
                .hasToString("[192.0.2.1/32, fd00::/8]");
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
                "emergency: {max-failures: -1}      @ line 1: emergency.max-failures must be a whole number from 0",
                "emergency: {replicas: 0}          @ line 1: emergency.replicas must be a whole number from 1 to 100: 0",
                "emergency: {replicas: 101}        @ line 1: emergency.replicas must be a whole number from 1 to 100: 101",
                "emergency: {replicas: 1.5}        @ line 1: emergency.replicas must be a whole number from 1 to 100: 1.5",
                "emergency: {client-address: cf-ip} @ line 1: emergency.client-address must be x-forwarded-for or x-real-ip: cf-ip",
                "emergency: {trusted-proxies: [10.0.0.0/33]} @ line 1: emergency.trusted-proxies must have from 0 to 32 bits",
                "emergency: {trusted-proxies: [traefik]} @ line 1: emergency.trusted-proxies must be addresses or ranges such as",
                "emergency: {message: \"a\\eb\"}    @ line 1: emergency.message must be at most 1000 characters of plain text",
                "emergency: {help-url: 'javascript:alert(1)'} @ line 1: emergency.help-url must look like https://help.example.com/outage: javascript:alert(1)",
                "emergency: {help-url: /help}       @ line 1: emergency.help-url must look like https://help.example.com/outage: /help",
                "emergency: {help-url: ''}          @ line 1: emergency.help-url must look like https://help.example.com/outage",
                "emergency: {help-url: 'https://m\u00fcller.example/'} @ line 1: emergency.help-url must have only the characters of a URL",
                "emergency: {help-url: 'https://x/\"'} @ line 1: emergency.help-url",
                "emergency: {help-url: 'https:///x'} @ line 1: emergency.help-url must have a host",
                "emergency: {session: 59s}          @ line 1: emergency.session must be 0s, or from 60s to 43200s: 59s",
                "emergency: {session: 13h}          @ line 1: emergency.session must be 0s, or from 60s to 43200s: 13h",
                "emergency: {challenge: sometimes}      @ line 1: emergency.challenge must be one of auto, always, navigation, never: sometimes",
                "emergency: {allow-preflight: yes}  @ line 1: emergency.allow-preflight must be true or false: yes",
                "emergency: {open: a.example/}      @ line 1: emergency.open must be a list",
                "emergency: {open: [a.example/]}    @ line 1: emergency.open must be a mapping of keys to values",
                "emergency: {open: [{path: /}]}     @ line 1: emergency.open.host is missing",
                "emergency: {open: [{host: a.example}]} @ line 1: emergency.open.path is missing",
                "emergency: {open: [{host: a.example, path: /, port: 1}]} @ line 1: unknown key emergency.open.port; known keys: host, methods, path",
                "emergency: {open: [{host: 'a.example:443', path: /}]} @ line 1: emergency.open.host must be a host name in lower case, without a port: a.example:443",
                "emergency: {open: [{host: A.example, path: /}]} @ line 1: emergency.open.host must be a host name in lower case",
                "emergency: {open: [{host: '*.example', path: /}]} @ line 1: emergency.open.host must be a host name",
                "emergency: {open: [{host: a.example, path: hooks}]} @ line 1: emergency.open.path must begin with / and not end with it",
                "emergency: {open: [{host: a.example, path: /hooks/}]} @ line 1: emergency.open.path must begin with / and not end with it",
                "emergency: {open: [{host: a.example, path: /a/../b}]} @ line 1: emergency.open.path must begin with /",
                "emergency: {open: [{host: a.example, path: /a%62}]} @ line 1: emergency.open.path must begin with /",
                "emergency: {open: [{host: a.example, path: /, methods: []}]} @ line 1: emergency.open.methods must not be empty; it may be left out",
                "emergency: {open: [{host: a.example, path: /, methods: [get]}]} @ line 1: emergency.open.methods must be methods in upper case",
                "upstream: {login-health-url: ready}  @ line 1: upstream.login-health-url must look like http://host:port: ready",
                "upstream: {login-health-url: 'https://x/'} @ line 1: upstream.login-health-url must look like http://host:port",
                "upstream: {login-health-url: 'http://x/?a'} @ line 1: upstream.login-health-url must have no user, query or fragment",
                "upstream: {login-health: x}        @ line 1: unknown key upstream.login-health; known keys: connect-timeout, deadline, failure-statuses, login-health-url",
                "emergency: {relm: x}               @ line 1: unknown key emergency.relm",
                "guarded-paths: []                  @ line 1: guarded-paths must not be empty",
                "guarded-paths: [/auth]             @ line 1: guarded-paths must be plain paths below",
                "guarded-paths: ['/outpost.goauthentik.io/auth/*/x'] @ line 1: guarded-paths must be plain paths below /outpost.goauthentik.io/, perhaps with /* behind them",
                "guarded-paths: ['/outpost.goauthentik.io/auth/envoy*'] @ line 1: guarded-paths must be plain paths below",
                "guarded-paths: ['/outpost.goauthentik.io/auth/**'] @ line 1: guarded-paths must be plain paths below",
                "guarded-paths: ['/outpost.goauthentik.io/*'] @ line 1: guarded-paths must be plain paths below"
            })
    void rejectsInvalidSettingWithLineAndKey(String document, String message) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith(message);
    }

    /** The section {@code emergency} is where these keys used to be. */
    @Test
    void takesClientAddressFromEitherPlace() {
        String keys = "{client-address: x-real-ip, trusted-proxies: [192.0.2.1]}";
        var expected = parse(keys).guard().clientAddress();

        assertThat(expected.header()).isEqualTo(ClientAddressResolver.Source.X_REAL_IP);
        assertThat(expected.trustedProxies()).hasToString("[192.0.2.1/32]");
        for (String document :
                List.of(
                        "emergency: " + keys,
                        "client-address: x-real-ip\nemergency: " + keys,
                        "trusted-proxies: [192.0.2.1/32]\nemergency: " + keys,
                        "client-address: x-real-ip\nemergency: {trusted-proxies: [192.0.2.1]}")) {
            assertThat(parse(document).guard().clientAddress()).hasToString(expected.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "client-address: x-forwarded-for @ client-address: x-real-ip @ x-real-ip",
                "trusted-proxies: [] @ trusted-proxies: [10.0.0.1] @ ''",
                "trusted-proxies: [10.0.0.1, 10.0.0.2] @ trusted-proxies: [10.0.0.2, 10.0.0.1] @ ''",
            })
    void rejectsDifferentClientAddressesInBothPlaces(String top, String section, String value) {
        String key = top.substring(0, top.indexOf(':'));

        assertThatThrownBy(() -> parse(top + "\nemergency: {" + section + "}"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith(
                        "line 2: emergency.%s and %s must not differ".formatted(key, key))
                .hasMessageEndingWith(value);
    }

    @ParameterizedTest
    @CsvSource({"5, 1, 5", "5, 2, 2", "5, 3, 1", "5, 100, 1", "0, 3, 0", "1, 2, 1", "100, 100, 1"})
    void dividesFailuresByReplicas(int maxFailures, int replicas, int each) {
        var settings =
                parse(
                        "emergency: {max-failures: %d, replicas: %d}"
                                .formatted(maxFailures, replicas));

        assertThat(settings.emergency().maxFailuresPerReplica()).isEqualTo(each);
    }

    @Test
    void logsEveryDocumentedKey() {
        Set<String> documented = DocumentedKeys.of("shared");
        documented.addAll(DocumentedKeys.of("authentik-guard"));

        var settings = new AuthentikBeans().settings(Clock.systemUTC(), false);

        assertThat(settings.value().get().orElseThrow().inForce())
                .containsOnlyKeys(documented)
                .containsEntry("guarded-paths", settings.now().guardedPaths().toString())
                .containsEntry("emergency.realm", "Emergency Access")
                .containsEntry("emergency.challenge", "auto");
    }

    /** The others decide who gets in, or where to. */
    @Test
    void overrideTakesFewKeys() {
        Set<String> documented = DocumentedKeys.of("shared");
        documented.addAll(DocumentedKeys.of("authentik-guard"));

        assertThat(
                        OverridableKeys.among(
                                documented,
                                new AuthentikBeans().settings(Clock.systemUTC(), false)))
                .containsExactly(
                        "breaker.consecutive-failures",
                        "breaker.failure-rate",
                        "breaker.minimum-calls",
                        "breaker.probe-interval",
                        "breaker.probe-max-interval",
                        "breaker.trials",
                        "breaker.window",
                        "emergency.message",
                        "mode",
                        "upstream.connect-timeout",
                        "upstream.deadline",
                        "upstream.read-timeout");
    }
}
