package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.SettingsSchemaContract;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;

class AuthentikSchemaTest extends SettingsSchemaContract {
    AuthentikSchemaTest() {
        super("authentik-guard", new AuthentikBeans().settings(Clock.systemUTC(), false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "emergency: {require-https: false, allow-preflight: true}",
                "emergency: {message: 112, realm: Break glass, groups: [admins, on call]}",
                "emergency: {help-url: https://help.example.com/outage}",
                "emergency: {challenge: navigation, max-failures: 0, replicas: 100}",
                "emergency: {challenge: never, form: true, session: 12h}",
                "emergency: {deletion-grace: 0s, max-bcrypt-cost: 4, max-crypt-rounds: 5000}",
                "emergency: {open: []}",
                "emergency: {open: [{host: a.example, path: /}]}",
                "emergency: {open: [{host: a.example, path: /a, methods: [GET, HEAD]}]}",
                "emergency: {identities: {anna: {email: a@example.com, name: 1, groups: [a]}, bert: }}",
                "emergency: {identities: }",
                "guarded-paths: [/outpost.goauthentik.io/auth/nginx]",
                // where they used to be
                "emergency: {client-address: x-real-ip, trusted-proxies: [192.0.2.1]}"
            })
    void acceptsKeysOfItsOwn(String document) {
        assertAccepted(document);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "emergency: {require-https: ture}",
                "emergency: {require-https: 1}",
                "emergency: {replicas: 101}",
                "emergency: {max-bcrypt-cost: 3}",
                "emergency: {challenge: sometimes}",
                "emergency: {form: 1}",
                "emergency: {session: 1d}",
                "emergency: {groups: admins}",
                "emergency: {identities: [anna]}",
                "emergency: {identities: {anna: a@example.com}}",
                "emergency: {identities: {anna: {mail: a@example.com}}}",
                "emergency: {identities: {anna: {groups: a}}}",
                "emergency: {help-url: [https://help.example.com/outage]}",
                "emergency: {relm: x}",
                "emergency: {open: a.example}",
                "emergency: {open: [a.example]}",
                "emergency: {open: [{host: a.example}]}",
                "emergency: {open: [{path: /}]}",
                "emergency: {open: [{host: a.example, path: /, method: GET}]}",
                "emergency: {open: [{host: a.example, path: /, methods: GET}]}",
                "emergency: {open: [{host: a.example, path: /, methods: []}]}",
                "emergency: {deletion-grace: 1d}",
                "upstream: {path: /auth}"
            })
    void rejectsInvalidKeysOfItsOwn(String document) {
        assertRejected(document);
    }
}
