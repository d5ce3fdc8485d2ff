package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.AuthentikBeans;
import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.LiveSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What {@code emergency.identities} may say of users, and what is told of it. */
class IdentitiesTest {
    private static final LiveSettings<AuthentikSettings> SETTINGS =
            new AuthentikBeans().settings(Clock.systemUTC(), false);

    private static LiveSettings.Document<AuthentikSettings> document(String text) {
        return SETTINGS.value().check(text.getBytes(UTF_8));
    }

    private static EmergencySettings parse(String text) {
        return document(text).settings().emergency();
    }

    private static Identity identity(String email, String name, String... groups) {
        return new Identity(email, name, Optional.of(List.of(groups)));
    }

    @Test
    void areTakenByUser() {
        EmergencySettings emergency =
                parse(
                        """
                        emergency:
                          groups: [all]
                          identities:
                            anna:
                              email: anna@example.com
                              name: Änna 安娜 'the boss', 1st
                              groups: [admins, on call]
                            bert: {email: bert@example.com}
                            'c d/#@x': {groups: []}
                            null: {name: Zero}
                            112: {name: Fire brigade}
                            jörg:
                        """);

        assertThat(emergency.identity("anna"))
                .isEqualTo(
                        identity(
                                "anna@example.com",
                                "Änna 安娜 'the boss', 1st",
                                "admins",
                                "on call"));
        assertThat(emergency.identity("bert")).isEqualTo(identity("bert@example.com", "", "all"));
        assertThat(emergency.identity("c d/#@x")).isEqualTo(identity("", ""));
        assertThat(emergency.identity("null")).isEqualTo(identity("", "Zero", "all"));
        assertThat(emergency.identity("112")).isEqualTo(identity("", "Fire brigade", "all"));
        assertThat(emergency.identity("jörg")).isEqualTo(identity("", "", "all"));
        assertThat(emergency.identity("Anna")).isEqualTo(identity("", "", "all"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "emergency:",
                "emergency: {identities: }",
                "emergency: {identities: {}}"
            })
    void mayBeNone(String text) {
        assertThat(parse(text).identity("anna")).isEqualTo(identity("", ""));
        assertThat(document(text).inForce()).containsEntry("emergency.identities", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "anna: {email: \"canary\\nX-Admin: 1\"} % <user>.email must be visible characters",
                "anna: {email: \"canary\\r\"}         % <user>.email must be visible characters",
                "anna: {name: \"canary\\0\"}          % <user>.name must be visible characters",
                "anna: {name: \"canary\\e[1m\"}       % <user>.name must be visible characters",
                "anna: {name: \"canary\\x7f\"}        % <user>.name must be visible characters",
                "anna: {name: \"canary\\N\"}          % <user>.name must be visible characters",
                "anna: {name: \"canary\\L\"}          % <user>.name must be visible characters",
                "anna: {email: \"canary\\u200b@x\"} % <user>.email must be visible characters",
                "anna: {name: \"canary\\u202e\"}      % <user>.name must be visible characters",
                "anna: {name: \"canary\\ue000\"}      % <user>.name must be visible characters",
                "anna: {name: ' canary'}              % <user>.name must be visible characters, without a blank",
                "anna: {name: [canary]}               % <user>.name must be a single value",
                "anna: {email: }                      % <user>.email must be a single value",
                "anna: {groups: canary}               % <user>.groups must be a list",
                "anna: {groups: [[canary]]}           % <user>.groups must be a list of single values",
                "anna: {groups: ['canary|root']}      % <user>.groups must not be empty or contain '|'",
                "anna: {groups: [canary, '']}         % <user>.groups must not be empty or contain '|'",
                "anna: {groups: [\"canary\\n\"]}      % <user>.groups must be visible characters",
                "anna: canary                         % <user> must be a mapping of keys to values",
                "anna: [canary]                       % <user> must be a mapping of keys to values",
                "anna: {mail: canary}                 % 'unknown key emergency.identities.<user>.mail; known keys: email, groups, name'",
                "anna: {canary1@example.com}          % 'unknown key emergency.identities.<user>.…; known keys'",
                "anna: {CANARY: x, CANARY: y}         % <user>.… is given twice",
                "anna: {email: a, email: canary}      % <user>.email is given twice",
                "anna: {email: a}, anna: {}           % <user> is given twice",
                "'a:b': {}                            % '<user> must be a name that an htpasswd file can have'",
                "\"a\\tb\": {}                        % <user> must be a name that an htpasswd file can have",
                "' anna': {}                          % '<user> must be a name that an htpasswd file can have'",
                "'': {}                               % '<user> must be a name that an htpasswd file can have'",
                "[anna]: {}                           % 'a key must be a plain word'",
                "anna: {name: *Canary}                % 'not YAML: found undefined alias'",
                "anna: {name: !canary!x y}            % 'not YAML: found undefined tag handle'",
                "anna: {name: !!canary {x: y}}        % 'not YAML: Global tag is not allowed'",
                "anna: {name: \"\\UCanary12\"}         % 'not YAML: expected escape sequence of 8 hexadecimal numbers'"
            })
    void badOneIsRejectedByKeyAndNeverQuoted(String users, String message) {
        String full =
                message.startsWith("unknown")
                                || message.startsWith("a key")
                                || message.startsWith("not YAML")
                        ? message
                        : "emergency.identities." + message;

        assertThatThrownBy(() -> parse("emergency:\n  identities: {" + users + "}\n"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith("line 2: " + full)
                .hasNoCause()
                .message()
                .doesNotContainIgnoringCase("canary")
                .doesNotContain("anna");
    }

    @Test
    void mayNotBeList() {
        assertThatThrownBy(() -> parse("emergency: {identities: [anna]}"))
                .hasMessage("line 1: emergency.identities must be a mapping of keys to values");
    }

    @Test
    void valueMayHaveOneKibibyte() {
        String longest = "ä".repeat(512);

        assertThat(parse(one("name: " + longest)).identity("anna").name()).isEqualTo(longest);
        assertThatThrownBy(() -> parse(one("name: " + longest + "b")))
                .hasMessageEndingWith("of at most 1024 bytes");
        assertThatThrownBy(() -> parse(one("groups: [%s, b]".formatted(longest))))
                .hasMessageEndingWith("of at most 1024 bytes");
    }

    @Test
    void nameMayHaveAsManyBytesAsInHtpasswdFile() {
        assertThat(parse("emergency: {identities: {%s: {}}}".formatted("a".repeat(255))))
                .isNotNull();
        assertThatThrownBy(
                        () -> parse("emergency: {identities: {%s: {}}}".formatted("a".repeat(256))))
                .isInstanceOf(InvalidSettingsException.class)
                .message()
                .hasSizeLessThan(400)
                .contains("must be a name that an htpasswd file can have");
    }

    private static String one(String keys) {
        return "emergency: {identities: {anna: {" + keys + "}}}";
    }

    @Test
    void mayBeOfThousandUsers() {
        assertThat(document(many(1_000, "email: u@example.com")).inForce())
                .containsEntry("emergency.identities", "1000 users");
        assertThat(document(many(400, "email: u@example.com, name: U, groups: [a, b]")).inForce())
                .containsEntry("emergency.identities", "400 users");
        assertThatThrownBy(() -> parse(many(1_001, "")))
                .hasMessageContaining("emergency.identities must have at most 1000 names");
    }

    private static String many(int users, String keys) {
        return IntStream.range(0, users)
                .mapToObj(number -> "  user-%d: {%s}\n".formatted(number, keys))
                .collect(Collectors.joining("", "emergency:\n identities:\n", ""));
    }

    @Test
    void overrideCannotHaveThem() {
        LiveSettings.Document<AuthentikSettings> file = document(one("email: a@example.com"));

        assertThatThrownBy(
                        () ->
                                SETTINGS.overridden(
                                        file, one("email: canary@example.com").getBytes(UTF_8)))
                .hasMessageStartingWith("line 1: emergency.identities cannot be overridden")
                .message()
                .doesNotContain("canary");
        assertThat(
                        SETTINGS.overridden(file, "mode: fallback".getBytes(UTF_8))
                                .settings()
                                .emergency()
                                .identity("anna")
                                .email())
                .isEqualTo("a@example.com");
    }

    @Test
    void areANumberWhereverTheyAreWritten() {
        LiveSettings.Document<AuthentikSettings> read =
                document(
                        "emergency: {identities: {canary-1: {email: canary-2, name: canary-3,"
                                + " groups: [canary-4]}}}");
        Identity identity = read.settings().emergency().identity("canary-1");

        assertThat(identity.email()).isEqualTo("canary-2");
        for (Object each :
                List.of(read, read.inForce(), read.settings(), identity, Map.of(1, read))) {
            assertThat(each.toString()).doesNotContain("canary");
        }
        assertThat(read.inForce()).containsEntry("emergency.identities", "1 user");
    }
}
