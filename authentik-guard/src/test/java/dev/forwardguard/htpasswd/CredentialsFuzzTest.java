package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.header;
import static dev.forwardguard.htpasswd.Presented.raw;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.util.List;

/**
 * Parses arbitrary bytes as an {@code Authorization} header. A normal build only replays the seeds;
 * {@code manifests/local/README.md} explains how to fuzz.
 */
class CredentialsFuzzTest {
    /** Users with random, unknown passwords. */
    private static final Htpasswd USERS =
            PasswordFile.of(
                    "alice:{SHA}8vKf1v1xQ3ZkM6m5m5cYQm9q7iM=",
                    "a:{SHA}uG5nq0fQ0Yk2Wc9x3m7l1s8b4tE=");

    /** Uses the bytes as the header itself, and as the credentials encoded in it. */
    @FuzzTest(maxDuration = "10m")
    void parsesUnambiguouslyOrRejects(byte[] bytes) {
        for (String value : List.of(raw(bytes), "Basic " + raw(bytes), header(bytes))) {
            Credentials.parse(List.of(value)).ifPresent(it -> assertUnambiguous(value, it));
            assertThat(Credentials.parse(List.of(value, value))).isEmpty();
            assertThat(ClaimedUsers.mayName(List.of(value), name -> true)).isIn(true, false);
        }
    }

    private static void assertUnambiguous(String value, Credentials credentials) {
        String user = credentials.user();
        byte[] password = credentials.password();
        assertThat(user).doesNotContain(":").isEqualTo(user.strip());
        assertThat(user.chars().noneMatch(Character::isISOControl)).isTrue();
        assertThat(user.length() + password.length).isLessThan(Credentials.MAX_BYTES);
        assertThat(password).doesNotContain(0);
        assertThat(Credentials.parse(List.of(header(user, password)))).hasValue(credentials);
        assertThat(ClaimedUsers.mayName(List.of(value), user::equals))
                .as("the user of valid credentials is a claimed user, too")
                .isTrue();
        assertThat(USERS.authenticate(credentials)).isFalse();
    }
}
