package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.emergency.session.EmergencySessions.Beginning;
import dev.forwardguard.authentik.emergency.session.EmergencySessions.Session;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.HtpasswdEntry;
import dev.forwardguard.live.LiveValue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Two replicas with the same users and the same key. */
class EmergencySessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-30T20:00:00.900Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ClientAddress HOME = ClientAddress.parse("198.51.100.7").orElseThrow();

    private final LiveValue<Htpasswd> users =
            new LiveValue<>(
                    "users",
                    content -> Htpasswd.parse(content, HashLimits.DEFAULT),
                    Clock.systemUTC());
    private final LiveValue<SessionKey> key =
            new LiveValue<>("key", SessionKey::parse, Clock.systemUTC());
    private final AtomicLong nanos = new AtomicLong();

    EmergencySessionsTest() {
        users.offer("1", "anna:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n".getBytes(UTF_8));
        key.offer("1", "k".repeat(43).getBytes(UTF_8));
    }

    private EmergencySessions replica(Instant now) {
        return new EmergencySessions(users, key, Clock.fixed(now, ZoneOffset.UTC), nanos::get);
    }

    private static HttpHeaders page() {
        return new DefaultHttpHeaders()
                .set("Sec-Fetch-Mode", "navigate")
                .set("X-Forwarded-Method", "GET")
                .set("X-Forwarded-Proto", "https")
                .set("X-Forwarded-Host", "app.example.com")
                .set("X-Forwarded-Uri", "/");
    }

    private HtpasswdEntry line() {
        return users.get().orElseThrow().entry("anna").orElseThrow();
    }

    private HttpHeaders signedIn(EmergencySessions at) {
        Beginning begun = at.begin(line(), page(), HOME, HOUR).orElseThrow();
        String cookie = begun.cookie();
        return page().set("Cookie", cookie.substring(0, cookie.indexOf(';')));
    }

    /** Clocks are never quite the same, and the first requests come at once. */
    @Test
    void holdsAtReplicaWhoseClockIsBehind() {
        HttpHeaders request = signedIn(replica(NOW));

        assertThat(replica(NOW.minusSeconds(4)).of(request, HOUR))
                .isEqualTo(new Session.Of("anna"));
        assertThat(replica(NOW.plusSeconds(4)).of(request, HOUR)).isEqualTo(new Session.Of("anna"));
        assertThat(replica(NOW.minusSeconds(10)).of(request, HOUR))
                .isEqualTo(new Session.Invalid());
    }

    /** The password was checked against another line than is in force when it is known. */
    @Test
    void sessionForFormerLineIsNone() {
        HtpasswdEntry former = line();
        users.offer("2", "anna:{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI=\n".getBytes(UTF_8));
        Beginning begun = replica(NOW).begin(former, page(), HOME, HOUR).orElseThrow();
        HttpHeaders request =
                page().set("Cookie", begun.cookie().substring(0, begun.cookie().indexOf(';')));

        assertThat(replica(NOW).of(request, HOUR)).isEqualTo(new Session.Invalid());
    }

    @Test
    void endsWithUsersAndWithKey() {
        HttpHeaders request = signedIn(replica(NOW));

        key.withdraw();
        assertThat(replica(NOW).of(request, HOUR)).isEqualTo(new Session.None());
        assertThat(replica(NOW).areOn(HOUR)).isFalse();
        assertThat(replica(NOW).begin(line(), page(), HOME, HOUR)).isEmpty();
        key.offer("3", "k".repeat(43).getBytes(UTF_8));
        assertThat(replica(NOW).of(request, HOUR)).isEqualTo(new Session.Of("anna"));
        users.withdraw();
        assertThat(replica(NOW).of(request, HOUR)).isEqualTo(new Session.Invalid());
    }

    @Test
    void isGivenOnceInTenSecondsToWhomDoesNotKeepIt() {
        EmergencySessions replica = replica(NOW);
        assertThat(replica.begin(line(), page(), HOME, HOUR)).isPresent();
        nanos.addAndGet(Duration.ofSeconds(10).minusNanos(1).toNanos());
        assertThat(replica.begin(line(), page(), HOME, HOUR)).isEmpty();
        nanos.addAndGet(1);
        assertThat(replica.begin(line(), page(), HOME, HOUR)).isPresent();
        assertThat(replica.begin(line(), page().set("X-Forwarded-Uri", "/other"), HOME, HOUR))
                .isPresent();
    }

    @Test
    void showsNoSecrets() {
        Beginning begun = replica(NOW).begin(line(), page(), HOME, HOUR).orElseThrow();

        assertThat(begun.toString()).isEqualTo("Beginning");
        assertThat(key.snapshot().toString()).doesNotContain("kkk");
    }
}
