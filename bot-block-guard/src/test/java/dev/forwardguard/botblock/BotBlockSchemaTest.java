package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.SettingsSchemaContract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;

class BotBlockSchemaTest extends SettingsSchemaContract {
    BotBlockSchemaTest() {
        super("bot-block-guard", new BotBlockBeans().settings(Clock.systemUTC()));
    }

    @Test
    void acceptsPath() {
        assertAccepted("upstream: {path: /decide}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "emergency: {replicas: 2}",
                "guarded-paths: [/auth]",
                "upstream: {login-health-url: 'http://x/'}",
                "upstream: {path: [/auth]}"
            })
    void rejectsKeysOfAuthentikGuard(String document) {
        assertRejected(document);
    }
}
