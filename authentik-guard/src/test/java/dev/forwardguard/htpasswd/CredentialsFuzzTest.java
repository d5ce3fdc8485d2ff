package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.header;
import static dev.forwardguard.htpasswd.Presented.raw;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.util.List;

/**
 * Whatever the bytes of an {@code Authorization} header are. An ordinary build only plays the seeds
 * back; the README says how to fuzz.
 */
class CredentialsFuzzTest {
    /** One user for each reading; nobody knows the password, which was random. */
    private static final Htpasswd USERS =
            PasswordFile.of(
                    "alice:{SHA}8vKf1v1xQ3ZkM6m5m5cYQm9q7iM=",
                    "a:{SHA}uG5nq0fQ0Yk2Wc9x3m7l1s8b4tE=");

    /** The bytes as the header itself, and as what is encoded in one. */
    @FuzzTest(maxDuration = "10m")
    void credentialsAreUnderstoodInOneWayOrNotAtAll(byte[] bytes) {
        for (String value : List.of(raw(bytes), "Basic " + raw(bytes), header(bytes))) {
            Credentials.parse(List.of(value)).ifPresent(it -> assertUnderstood(value, it));
            assertThat(Credentials.parse(List.of(value, value))).isEmpty();
            // reads everything that claims to be somebody, to its end
            assertThat(ClaimedUsers.in(List.of(value)).count()).isNotNegative();
        }
    }

    private static void assertUnderstood(String value, Credentials credentials) {
        String user = credentials.user();
        byte[] password = credentials.password();
        assertThat(user).doesNotContain(":").isEqualTo(user.strip());
        assertThat(user.chars().noneMatch(Character::isISOControl)).isTrue();
        assertThat(user.length() + password.length).isLessThan(Credentials.MAX_BYTES);
        assertThat(password).doesNotContain(0);
        assertThat(Credentials.parse(List.of(header(user, password)))).hasValue(credentials);
        assertThat(ClaimedUsers.in(List.of(value)))
                .as("whoever may get in is also known as somebody whose password stays here")
                .contains(user);
        assertThat(USERS.authenticate(credentials)).isFalse();
    }
}
