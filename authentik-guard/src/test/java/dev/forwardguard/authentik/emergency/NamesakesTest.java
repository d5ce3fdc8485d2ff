package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;

import dev.forwardguard.authentik.AuthentikBeans;
import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.guard.Visitor;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class NamesakesTest {
    private static final int MOST_USERS = 10_000;

    private final Logger log = (Logger) LoggerFactory.getLogger("security");
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final LiveValue<Htpasswd> live =
            new LiveValue<>(
                    "htpasswd",
                    content -> Htpasswd.parse(content, HashLimits.DEFAULT),
                    Clock.systemUTC());
    private final EmergencyUsers users = new EmergencyUsers(live, Ticker.system());
    private final Namesakes namesakes =
            new Namesakes(
                    users,
                    new SecurityLog(
                            new SimpleMeterRegistry(), AuthentikBeans.SPEC, Ticker.system(), timer),
                    Clock.systemUTC());
    private final AuthRequest request =
            AuthRequest.of(
                    new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"),
                    new EmbeddedChannel());

    @BeforeEach
    void beQuiet() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void end() {
        log.setLevel(null);
        timer.shutdownNow();
    }

    private void load(String beginning) {
        String file =
                IntStream.range(0, MOST_USERS)
                        .mapToObj(each -> Visitor.HTPASSWD.replace("anna", beginning + each))
                        .collect(Collectors.joining());
        live.offer(beginning, file.getBytes(UTF_8));
    }

    private void send(String user) {
        namesakes.withheld(
                List.of(Visitor.basic(user, "secret")),
                () ->
                        ClientAddressResolver.DEFAULT.resolve(
                                request.headers(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                request);
    }

    /** Then every {@code Basic} is withheld, and names nobody. */
    @Test
    void thereAreNoneBeforeUsersWereRead() {
        send("anna");

        assertThat(namesakes.number()).isZero();
        assertThat(namesakes.last()).isEmpty();
    }

    /** Also when all users of a full file were replaced, and the former ones are sent. */
    @Test
    void asManyAreRememberedAsOneFileMayHave() {
        load("a");
        load("b");
        for (int each = 0; each < MOST_USERS; each++) {
            send("a" + each);
            send("b" + each);
        }

        assertThat(namesakes.number()).isBetween(MOST_USERS / 2L, (long) MOST_USERS);
    }
}
