package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;

class NamesakesTest {
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

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    /** Then every {@code Basic} is withheld, and names nobody. */
    @Test
    void thereAreNoneBeforeUsersWereRead() {
        namesakes.withheld(
                List.of(Visitor.basic("anna", "secret")),
                () ->
                        ClientAddressResolver.DEFAULT.resolve(
                                request.headers(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                request);

        assertThat(namesakes.number()).isZero();
        assertThat(namesakes.last()).isEmpty();
    }
}
