package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;

import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.LiveSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The committed JSON schema of a guard's {@code guard.yml}, against the guard that reads one. */
public abstract class SettingsSchemaContract {
    private static final Path COMMITTED = Path.of("guard.schema.json");

    private final LiveSettings<?> settings;
    private final Set<String> documented;
    private final JsonSchema schema;

    protected SettingsSchemaContract(String guard, LiveSettings<?> settings) {
        this.settings = settings;
        this.documented = DocumentedKeys.of("shared");
        documented.addAll(DocumentedKeys.of(guard));
        this.schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(settings.schema(), InputFormat.JSON);
    }

    /** Print it anew with {@code --schema} after a change of the settings. */
    @Test
    void committedOneIsGenerated() throws IOException {
        assertThat(COMMITTED).exists();
        assertThat(Files.readString(COMMITTED)).isEqualTo(settings.schema());
    }

    @Test
    void hasDocumentedKeysAndNoOthers() {
        Set<String> keys = new TreeSet<>();
        Map<?, ?> root = new Yaml().load(settings.schema());
        collect("", root, keys);

        assertThat(keys).isEqualTo(documented);
    }

    private static void collect(String prefix, Map<?, ?> mapping, Set<String> keys) {
        assertThat(mapping.get("additionalProperties")).isEqualTo(false);
        assertThat(mapping.get("properties"))
                .isInstanceOfSatisfying(
                        Map.class,
                        properties ->
                                ((Map<?, ?>) properties)
                                        .forEach(
                                                (key, value) ->
                                                        collect(prefix + key, value, keys)));
    }

    private static void collect(String key, Object value, Set<String> keys) {
        var property = (Map<?, ?>) value;
        if (property.containsKey("properties")) {
            collect(key + ".", property, keys);
        } else if (!property.containsKey("deprecated")) {
            keys.add(key);
        }
    }

    /** As the log writes them. */
    @Test
    void acceptsDefaults() {
        var document = new StringBuilder();
        settings.value()
                .get()
                .orElseThrow()
                .inForce()
                .forEach(
                        (key, value) -> {
                            if (!key.contains(".") && !value.isEmpty()) {
                                document.append(key).append(": ").append(quoted(value));
                                document.append('\n');
                            }
                        });

        assertAccepted(document.toString());
    }

    private static String quoted(String value) {
        return value.replace("[", "['")
                .replace("]", "']")
                .replace(", ", "', '")
                .replace("['']", "[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "upstream:\n",
                "mode: fallback",
                "upstream: {url: 'http://[::1]:9/base', deadline: 25s, max-concurrent: 10000}",
                "upstream: {failure-statuses: [], suspect-statuses: [200, 599]}",
                "upstream: {probe-host: app.example, probe-path: /live}",
                "breaker: {failure-rate: 100, trials: 1, window: 5m, probe-interval: 100ms}",
                "client-address: x-real-ip",
                "trusted-proxies: [192.0.2.1, 'fd00::/8']",
                "relay-cookies: [a, '1']",
                "drain-delay: 0s"
            })
    void isAccepted(String document) {
        assertAccepted(document);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "moed: auto",
                "mode: automatic",
                "mode:",
                "mode: [auto]",
                "mode: {auto: true}",
                "[]",
                "just text",
                "upstream: 1",
                "upstream: {deadlin: 5s}",
                "upstream: {deadline: 5}",
                "upstream: {deadline: 5 s}",
                "upstream: {deadline: -5s}",
                "upstream: {deadline: 1d}",
                "upstream: {max-concurrent: 0}",
                "upstream: {max-concurrent: 10001}",
                "upstream: {max-concurrent: 1.5}",
                "upstream: {max-concurrent: many}",
                "upstream: {failure-statuses: 502}",
                "upstream: {failure-statuses: [199]}",
                "upstream: {failure-statuses: [x]}",
                "upstream: {url: }",
                "upstream: {url: [a]}",
                "breaker: {failure-rate: 101}",
                "breaker: {half-open: 3}",
                "client-address: cf-ip",
                "drop-request-headers: Cookie",
                "drop-request-headers: [[a]]",
                "drain-delay: soon"
            })
    void isRejected(String document) {
        assertRejected(document);
    }

    /** What only the guard can tell. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstream: {url: 'https://x'}",
                "upstream: {deadline: 26s}",
                "upstream: {deadline: 1h}",
                "upstream: {probe-path: ping}",
                "trusted-proxies: [10.0.0.0/33]"
            })
    void leavesTextsToGuard(String document) {
        assertThat(isValid(document)).isTrue();
        assertThat(isTaken(document)).isFalse();
    }

    protected void assertAccepted(String document) {
        assertThat(isTaken(document)).as("the guard takes it").isTrue();
        assertThat(schema.validate(document, InputFormat.YAML)).isEmpty();
    }

    protected void assertRejected(String document) {
        assertThat(isTaken(document)).as("the guard takes it").isFalse();
        assertThat(isValid(document)).as("the schema takes it").isFalse();
    }

    private boolean isValid(String document) {
        return schema.validate(document, InputFormat.YAML).isEmpty();
    }

    private boolean isTaken(String document) {
        try {
            settings.value().check(document.getBytes(UTF_8));
            return true;
        } catch (InvalidSettingsException _) {
            return false;
        }
    }
}
