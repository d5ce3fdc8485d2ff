package dev.forwardguard.authentik.emergency.form;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the form costs while it arrives: time, memory, and nothing after that. */
class FormHandlerTest {
    private final RunningGuard guard =
            RunningGuard.start(
                    GuardFiles.with("emergency: {form: true}\n").htpasswd(Visitor.HTPASSWD),
                    Map.of());
    private final Caller caller = new Caller();
    private final EmbeddedChannel visitor =
            new EmbeddedChannel(guard.bean(EmergencyForms.class).handlerFor(caller));

    @AfterEach
    void stop() {
        visitor.finishAndReleaseAll();
        guard.close();
    }

    /** A connection of a gateway, which says whose request it is. */
    private static final class BehindGateway extends EmbeddedChannel {
        BehindGateway(ChannelHandler handler) {
            super(handler);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        }
    }

    /** Remembers what the handler asks for. */
    private static final class Caller implements CallerConnection {
        private boolean hasMemory = true;
        private boolean ends;

        @Override
        public void endWithThisRequest() {
            ends = true;
        }

        @Override
        public boolean passThrough() {
            return true;
        }

        @Override
        public void sentOn() {}

        @Override
        public boolean hold(long bytes) {
            return hasMemory;
        }

        @Override
        public void release(long bytes) {}
    }

    private static HttpRequest head() {
        var head =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.POST, EmergencyPaths.SIGN_IN);
        head.headers()
                .set("X-Forwarded-Proto", "https")
                .set("X-Forwarded-Host", "app.example.com")
                .set("Origin", "https://app.example.com")
                .set("Content-Type", "application/x-www-form-urlencoded")
                .set("Content-Length", 100);
        return head;
    }

    private static ByteBuf octets(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private int status() {
        return status(visitor);
    }

    private static int status(EmbeddedChannel from) {
        @Nullable FullHttpResponse response = from.readOutbound();
        if (response == null) {
            return 0;
        }
        int status = response.status().code();
        response.release();
        return status;
    }

    @Test
    void restOfFormHasToArriveInTime() {
        visitor.freezeTime();
        visitor.writeInbound(head(), new DefaultHttpContent(octets("page=/&user=anna")));
        visitor.advanceTimeBy(FormHandler.BODY_TIMEOUT.toMillis() - 1, TimeUnit.MILLISECONDS);
        visitor.runScheduledPendingTasks();
        assertThat(status()).isZero();

        visitor.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        visitor.runScheduledPendingTasks();

        assertThat(status()).isEqualTo(408);
        assertThat(caller.ends).isTrue();
        ByteBuf late = octets("&password=secret");
        visitor.writeInbound(new DefaultHttpContent(late));
        assertThat(late.refCnt()).isZero();
        assertThat(status()).isZero();
    }

    @Test
    void needsMemoryForTheForm() {
        caller.hasMemory = false;

        visitor.writeInbound(head());

        FullHttpResponse response = visitor.readOutbound();
        assertThat(response.status().code()).isEqualTo(503);
        assertThat(response.headers().get("Retry-After")).isEqualTo("5");
        response.release();
    }

    @Test
    void waitsForNothingAfterVisitorHasLeft() {
        visitor.writeInbound(head(), new DefaultHttpContent(octets("page=/")));
        assertThat(visitor.runScheduledPendingTasks()).isPositive();

        visitor.close();

        assertThat(visitor.runScheduledPendingTasks()).isNegative();
    }

    /** Otherwise one visitor could keep all connections of the guard busy. */
    @Test
    void fewFormsOfOneAddressMayBeArriving() {
        List<EmbeddedChannel> visitors = new ArrayList<>();
        for (int i = 0; i < FormPlaces.PER_ADDRESS; i++) {
            visitors.add(arriving("203.0.113.7"));
            assertThat(visitors.getLast().outboundMessages()).isEmpty();
        }
        visitors.add(arriving("203.0.113.7"));
        assertThat(status(visitors.getLast())).isEqualTo(503);
        visitors.add(arriving("203.0.113.8"));
        assertThat(visitors.getLast().outboundMessages()).isEmpty();

        visitors.getFirst().close();
        visitors.add(arriving("203.0.113.7"));
        assertThat(visitors.getLast().outboundMessages()).isEmpty();
        visitors.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void fewFormsMayBeArrivingInTotal() {
        List<EmbeddedChannel> visitors = new ArrayList<>();
        for (int i = 0; i < FormPlaces.TOTAL; i++) {
            visitors.add(arriving("203.0.113." + i));
            assertThat(visitors.getLast().outboundMessages()).isEmpty();
        }
        visitors.add(arriving("198.51.100.1"));
        assertThat(status(visitors.getLast())).isEqualTo(503);
        visitors.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    /** A visitor whose form does not arrive. */
    private EmbeddedChannel arriving(String address) {
        HttpRequest head = head();
        head.headers().set("X-Forwarded-For", address);
        var own = new BehindGateway(guard.bean(EmergencyForms.class).handlerFor(new Caller()));
        own.writeInbound(head);
        return own;
    }

    /** What arrives after it is dropped, and may be endless. */
    @Test
    void earlyResponseIsTheLast() {
        HttpRequest head = head();
        head.headers().set("Content-Type", "text/plain");

        visitor.writeInbound(head);

        assertThat(status()).isEqualTo(415);
        assertThat(caller.ends).isTrue();
    }

    @Test
    void passesOnWhatIsNotItsOwn() {
        var other =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.GET, "/outpost.goauthentik.io/start");

        visitor.writeInbound(other);

        HttpRequest passed = visitor.readInbound();
        assertThat(passed).isSameAs(other);
    }
}
