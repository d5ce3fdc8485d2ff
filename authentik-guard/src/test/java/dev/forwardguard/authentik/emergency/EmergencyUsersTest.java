package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

class EmergencyUsersTest {
    private static final String ANNA = Visitor.HTPASSWD;
    private static final String BERT = ANNA.replace("anna", "bert");

    private final AtomicLong nanos = new AtomicLong();
    private final LiveValue<Htpasswd> live =
            new LiveValue<>(
                    "htpasswd",
                    content -> Htpasswd.parse(content, HashLimits.DEFAULT),
                    Clock.systemUTC());

    private EmergencyUsers users() {
        return new EmergencyUsers(live, nanos::get);
    }

    private void load(String htpasswd) {
        live.offer(String.valueOf(htpasswd.hashCode()), htpasswd.getBytes(UTF_8));
    }

    @Test
    void includesUsersOfLoadedFile() {
        assertThat(users().include("anna")).isFalse();
        load(ANNA);
        assertThat(users().include("anna")).isTrue();
        assertThat(users().include("bert")).isFalse();
    }

    @Test
    void includesRemovedUsers() {
        EmergencyUsers users = users();
        load(ANNA);
        load(BERT);
        load("");

        assertThat(users.include("anna")).isTrue();
        assertThat(users.include("bert")).isTrue();
        assertThat(users.include("carl")).isFalse();
    }

    @Test
    void keepsUsersOfWithdrawnFile() {
        load(ANNA);
        EmergencyUsers users = users();
        live.withdraw();

        assertThat(users.include("anna")).isTrue();
        load(BERT);
        assertThat(users.include("anna")).isTrue();
    }

    @Test
    void includesLockedUsers() {
        load(BERT + ANNA.replace(":", ":!"));

        assertThat(users().include("anna")).isTrue();
    }

    @Test
    void forgetsRemovedUsersAfter30Days() {
        EmergencyUsers users = users();
        load(ANNA);
        nanos.addAndGet(Duration.ofDays(40).toNanos());
        assertThat(users.include("anna")).isTrue();
        load(BERT);
        nanos.addAndGet(Duration.ofDays(29).toNanos());
        assertThat(users.include("anna")).isTrue();
        nanos.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(users.include("anna")).isFalse();
    }

    private boolean mayBeEmergency(EmergencyUsers users, String user) {
        return users.mayBeNamedBy(List.of(Visitor.basic(user, "secret")));
    }

    @Test
    void anyPasswordMayBeOneBeforeFirstReading() {
        EmergencyUsers users = users();

        assertThat(users.known()).isFalse();
        assertThat(mayBeEmergency(users, "carl")).isTrue();
        assertThat(users.mayBeNamedBy(List.of("Bearer x", "bAsIc"))).isTrue();
        assertThat(users.mayBeNamedBy(List.of("Bearer YW5uYTpzZWNyZXQ="))).isFalse();
        assertThat(users.mayBeNamedBy(List.of())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nobody\n", Visitor.HTPASSWD})
    void onlyUsersAfterFirstReading(String htpasswd) {
        EmergencyUsers users = users();
        load(htpasswd);

        assertThat(users.known()).isTrue();
        assertThat(mayBeEmergency(users, "carl")).isFalse();
        assertThat(mayBeEmergency(users, "anna")).isEqualTo(htpasswd.equals(ANNA));
    }

    @Test
    void nobodyIfSourceSaysThatThereIsNoContent() {
        EmergencyUsers users = users();
        live.absent();

        assertThat(users.known()).isTrue();
        assertThat(mayBeEmergency(users, "anna")).isFalse();
    }

    @Test
    void rejectedContentIsNoReading() {
        EmergencyUsers users = users();
        live.reject("2", "no usable entry");
        live.confirm();
        live.withdraw();

        assertThat(users.known()).isFalse();
        assertThat(mayBeEmergency(users, "carl")).isTrue();
    }

    @Test
    void staysKnownAfterWithdrawalAndRejection() {
        EmergencyUsers users = users();
        load(ANNA);
        live.withdraw();
        live.reject("2", "no usable entry");

        assertThat(mayBeEmergency(users, "carl")).isFalse();
        assertThat(mayBeEmergency(users, "anna")).isTrue();
    }
}
