package dev.forwardguard.forwarded;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.client.ForwardedProto;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.testing.CountedWork;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

class ForwardedHeadersTest {
    private static final String GATEWAY = "10.0.0.1";
    private static final String NODE = "10.42.0.1";
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final GuardSettings DEFAULTS =
            new GuardSettings(
                    Mode.AUTO,
                    UpstreamSettings.defaults(
                            URI.create("http://upstream.example:8080"),
                            new ProbeSettings("/probe", Optional.empty(), Set.of())),
                    BreakerSettings.DEFAULTS,
                    HeaderNames.of("Cookie"));

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - TEN_MINUTES.toNanos() / 2);
    private final LiveSettings<GuardSettings> settings = settings();
    private final ForwardedHeaders forwarded =
            new ForwardedHeaders(settings, now::get, new Consequences("one is all", "No TLS"));
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ForwardedHeaders.class);
    private int revision;

    private static LiveSettings<GuardSettings> settings() {
        return new LiveSettings<>(
                root -> GuardSettings.take(root, Optional.empty(), DEFAULTS),
                Function.identity(),
                List.of(),
                Clock.systemUTC());
    }

    @BeforeEach
    void listen() {
        events.start();
        logger.addAppender(events);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(events);
    }

    /** A connection from this address, or one that has ended if there is none. */
    private static final class Connection extends EmbeddedChannel {
        private final SocketAddress peer;

        Connection(String peer) {
            this.peer =
                    peer.isEmpty()
                            ? InetSocketAddress.createUnresolved("gone", 0)
                            : new InetSocketAddress(InetAddress.ofLiteral(peer), 40_000);
        }

        @Override
        public SocketAddress remoteAddress() {
            return peer;
        }
    }

    private static AuthRequest request(String peer, String forwardedFor, String proto) {
        HttpHeaders headers =
                new ReadOnlyHttpHeaders(
                        false,
                        Stream.of("host", "app.example", "x-forwarded-proto", proto)
                                .map(AsciiString::of)
                                .toArray(CharSequence[]::new));
        if (!forwardedFor.isEmpty()) {
            headers =
                    new ReadOnlyHttpHeaders(
                            false,
                            Stream.of("x-forwarded-for", forwardedFor, "x-forwarded-proto", proto)
                                    .map(AsciiString::of)
                                    .toArray(CharSequence[]::new));
        }
        return AuthRequest.of(
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/auth", headers),
                new Connection(peer));
    }

    private static AuthRequest from(String client) {
        return request(GATEWAY, client, "https");
    }

    private static AuthRequest visitor(int i) {
        return from("198.51.%d.%d".formatted(100 + i % 100, i / 100 % 200));
    }

    private void count(int requests, AuthRequest each) {
        for (int i = 0; i < requests; i++) {
            visitorOf(each, resolver());
        }
    }

    private void countVisitors(int requests) {
        for (int i = 0; i < requests; i++) {
            visitorOf(visitor(i), resolver());
        }
    }

    private ClientAddressResolver resolver() {
        return settings.common().clientAddress();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void changeTo(String document) {
        settings.value().offer("file " + ++revision, document.getBytes(UTF_8));
    }

    private List<String> log() {
        return events.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    private List<?> warnings() {
        return (List<?>) forwarded.state().getOrDefault("warnings", List.of());
    }

    /** So many requests in ten minutes, the last one at the end of them. */
    private void window(int fromOne, int others, AuthRequest one) {
        count(fromOne - 1, one);
        countVisitors(others);
        pass(TEN_MINUTES);
        count(1, one);
    }

    @Test
    void tellsOfOnePrivateAddressWithConsequenceAndRemedy() {
        window(990, 10, from(NODE));

        assertThat(log())
                .containsExactly(
                        "WARN 990 of the last 1000 auth requests came from one private address,"
                                + " 10.42.0.1. Unless that is a visitor in your own network,"
                                + " all visitors count as one: one is all."
                                + " Set externalTrafficPolicy: Local on Traefik's Service, and"
                                + " forwardedHeaders.trustedIPs on its entry point if a proxy"
                                + " stands before it");
        assertThat(log()).containsExactly("WARN " + warnings().getFirst());
        assertThat(forwarded.state()).containsEntry("requests", 1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.42.0.1", "127.0.0.1", "100.64.0.7", "169.254.0.7", "fd00::7", "fe80::7"})
    void tellsOfPrivateAddressesOfAllKinds(String address) {
        window(1000, 0, from(address));

        assertThat(warnings()).singleElement().asString().contains(" address, " + address + ".");
    }

    /** The gateway sends none, so the peer is all that is known. */
    @Test
    void tellsOfOnePeerThatSendsNoAddress() {
        window(1000, 0, request(GATEWAY, "", "https"));

        assertThat(warnings()).singleElement().asString().contains(" address, 10.0.0.1.");
    }

    @Test
    void neverNamesPublicAddress() {
        window(1000, 0, from("198.51.100.7"));
        assertThat(warnings()).isEmpty();

        changeTo("trusted-proxies: [0.0.0.0/0]\n");
        window(1000, 0, from("198.51.100.7"));

        assertThat(warnings()).isEmpty();
        assertThat(log()).isEmpty();
        assertThat(forwarded.state()).containsEntry("requests", 1000);
    }

    @ParameterizedTest
    @CsvSource({"989, 11, 0", "990, 10, 1", "1979, 21, 0", "1980, 20, 1"})
    void tellsFrom99PercentOn(int fromOne, int others, int warnings) {
        window(fromOne, others, from(NODE));

        assertThat(warnings()).hasSize(warnings);
    }

    @Test
    void needs1000Requests() {
        pass(Duration.ofHours(10));
        count(1, from(NODE));
        pass(TEN_MINUTES);
        count(998, from(NODE));
        assertThat(forwarded.state()).isEqualTo(Map.of("requests", 0));

        count(1, from(NODE));
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void needsTenMinutes() {
        count(999, from(NODE));
        pass(TEN_MINUTES.minusNanos(1));
        count(50, from(NODE));
        assertThat(warnings()).isEmpty();

        pass(Duration.ofNanos(1));
        count(1, from(NODE));
        assertThat(warnings()).singleElement().asString().startsWith("1050 of the last 1050 ");
    }

    @Test
    void windowBeginsWithFirstRequest() {
        pass(Duration.ofHours(10));
        count(5000, from(NODE));

        assertThat(warnings()).isEmpty();
    }

    @Test
    void isOverAfterWindowWithoutIt() {
        window(1000, 0, from(NODE));
        pass(Duration.ofHours(1));
        window(1, 999, from(NODE));

        assertThat(warnings()).isEmpty();
        assertThat(log())
                .hasSize(2)
                .last()
                .isEqualTo("INFO Auth requests do not come from one private address any more");
    }

    /** The text follows the numbers; the log does not repeat it. */
    @Test
    void logsOnceWhileItGoesOn() {
        for (int i = 0; i < 20; i++) {
            window(1000, 0, from(NODE));
        }
        window(1040, 10, from(NODE));

        assertThat(log()).hasSize(1);
        assertThat(warnings()).singleElement().asString().startsWith("1040 of the last 1050 ");
    }

    @Test
    void logsNotMoreThanOneLineAnHour() {
        for (int i = 0; i < 120; i++) { // of ten minutes each
            boolean one = i % 2 == 0;
            window(one ? 1000 : 1, one ? 0 : 999, from(NODE));
            assertThat(warnings()).hasSize(one ? 1 : 0);
        }

        assertThat(log()).hasSizeBetween(10, 20);
        assertThat(log().getFirst()).startsWith("WARN ");
        assertThat(log().get(1)).startsWith("INFO ");
    }

    /** One request in a hundred may be the first of a window. */
    @Test
    void findsAddressInNextWindowIfAnotherOneWasFirst() {
        count(1, from("10.42.0.9"));
        window(999, 0, from(NODE));
        assertThat(warnings()).isEmpty();

        window(1000, 0, from(NODE));
        assertThat(warnings()).hasSize(1);

        count(1, from("10.42.0.9")); // changes nothing once it was found
        window(999, 0, from(NODE));
        assertThat(warnings()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "ws", ""})
    void tellsOfRequestsWithoutTls(String proto) {
        AuthRequest plain = request(GATEWAY, "198.51.100.7", proto);
        window(990, 10, plain);

        assertThat(log())
                .containsExactly(
                        "WARN 990 of the last 1000 auth requests came without TLS:"
                                + " X-Forwarded-Proto was missing or http. No TLS."
                                + " If visitors use https, TLS ends before Traefik: list what ends"
                                + " it in forwardedHeaders.trustedIPs of the entry point;"
                                + " otherwise redirect the entry point for http to https");
        assertThat(log()).containsExactly("WARN " + warnings().getFirst());

        pass(Duration.ofHours(1));
        window(989, 11, plain);
        assertThat(warnings()).isEmpty();
        assertThat(log()).last().isEqualTo("INFO Auth requests come with TLS again");
    }

    @Test
    void tellsAtOnceOfUntrustedPeer() {
        countVisitors(16);
        count(1, request("203.0.113.9", "198.51.100.7", "https"));

        assertThat(log())
                .containsExactly(
                        "WARN 1 of the last 17 auth requests had X-Forwarded-For from a peer that"
                                + " is not a trusted proxy, 203.0.113.9, so it is ignored."
                                + " If that is your gateway, all its visitors count as one:"
                                + " one is all. Then add its addresses to trusted-proxies;"
                                + " otherwise let only the gateway connect to the guard");
        assertThat(log()).containsExactly("WARN " + warnings().getFirst());
    }

    @Test
    void tellsHowManyRequestsOfWindowCameFromUntrustedPeers() {
        count(30, request("203.0.113.9", "198.51.100.7", "https"));
        count(5, request("203.0.113.10", "198.51.100.7", "https"));
        window(1, 964, visitor(1));

        assertThat(log()).hasSize(1);
        assertThat(warnings())
                .singleElement()
                .asString()
                .startsWith("35 of the last 1000 auth requests had X-Forwarded-For from a peer")
                .contains(" 203.0.113.9,");

        pass(Duration.ofHours(1));
        window(1, 999, visitor(1));
        assertThat(warnings()).isEmpty();
        assertThat(log())
                .last()
                .isEqualTo(
                        "INFO No peer that is not a trusted proxy sends the visitors' addresses"
                                + " any more");
    }

    @Test
    void namesHeaderThatIsConfigured() {
        changeTo("client-address: x-real-ip\ntrusted-proxies: [192.0.2.1]\n");
        count(1, from("198.51.100.7"));
        assertThat(warnings()).isEmpty(); // the other header means nothing

        AuthRequest request =
                AuthRequest.of(
                        new DefaultHttpRequest(
                                HttpVersion.HTTP_1_1,
                                HttpMethod.GET,
                                "/auth",
                                new ReadOnlyHttpHeaders(false, "X-Real-Ip", "198.51.100.7")),
                        new Connection(GATEWAY));
        count(1, request);

        assertThat(warnings()).singleElement().asString().contains(" had X-Real-Ip from a peer ");
    }

    /** A connection that has ended has no address. */
    @Test
    void takesUnknownPeerForNoUntrustedOne() {
        window(1000, 0, request("", "198.51.100.7", "https"));

        assertThat(warnings()).isEmpty();
    }

    @Test
    void beginsAnewWhenProxiesChange() {
        changeTo("trusted-proxies: [192.0.2.1]\n");
        window(1000, 0, from("198.51.100.7"));
        assertThat(warnings()).hasSize(2); // one untrusted peer, which is private
        ClientAddressResolver former = resolver();
        AuthRequest late = from("198.51.100.7");

        changeTo("trusted-proxies: [10.0.0.0/8]\n");
        visitorOf(late, former);
        assertThat(warnings()).isEmpty();
        assertThat(forwarded.state()).containsEntry("requests", 0);
        assertThat(log()).hasSize(2);

        pass(Duration.ofHours(1));
        window(1, 999, visitor(1));
        assertThat(forwarded.state()).containsEntry("requests", 1000);
        assertThat(log()).hasSize(4).last().asString().startsWith("INFO ");
    }

    @Test
    void tellsOfNextWrongProxies() {
        changeTo("trusted-proxies: [192.0.2.1]\n");
        window(1000, 0, from("198.51.100.7"));
        assertThat(log()).hasSize(2);

        changeTo("trusted-proxies: [192.0.2.2]\n");
        pass(Duration.ofHours(1));
        window(1000, 0, from("198.51.100.7"));

        assertThat(log()).hasSize(4).allMatch(line -> line.startsWith("WARN "));
    }

    @Test
    void goesOnWhenOtherSettingsChange() {
        changeTo("trusted-proxies: [10.0.0.0/8]\n");
        count(999, from(NODE));
        changeTo("trusted-proxies: [10.0.0.0/8]\nmode: fallback\n");
        pass(TEN_MINUTES);
        count(1, from(NODE));

        assertThat(warnings()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void countsRequestsOfAllThreads(boolean ending) throws Exception {
        ClientAddressResolver resolver = resolver();
        var begin = new CountDownLatch(1);
        if (ending) {
            count(1, from(NODE));
            pass(TEN_MINUTES);
        }
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> both =
                    Stream.of(from(NODE), from(NODE))
                            .<Future<?>>map(
                                    each ->
                                            threads.submit(
                                                    () -> {
                                                        begin.await();
                                                        for (int i = 0; i < 20_000; i++) {
                                                            visitorOf(each, resolver);
                                                        }
                                                        return null;
                                                    }))
                            .toList();
            begin.countDown();
            for (Future<?> each : both) {
                each.get();
            }
        }
        if (ending) {
            assertThat(log()).hasSize(1);
            return;
        }
        pass(TEN_MINUTES);
        count(50, from(NODE));

        assertThat(log())
                .singleElement()
                .asString()
                .startsWith("WARN 40050 of the last 40050 auth requests came from one ");
    }

    private void visitorOf(AuthRequest request, ClientAddressResolver resolver) {
        forwarded.visitorOf(request, resolver, any -> ForwardedProto.isTls(any.headers()));
    }

    /**
     * What is counted has been created, and what there is to say was said: text is a peer and a
     * client.
     */
    enum Finder implements Consumer<String> {
        WITH_NOTE {
            @Override
            void find(AuthRequest request) {
                NOTING.visitorOf(
                        request,
                        IN_FORCE.common().clientAddress(),
                        any -> ForwardedProto.isTls(any.headers()));
            }
        },
        ADDRESS_ALONE {
            @Override
            void find(AuthRequest request) {
                IN_FORCE.common()
                        .clientAddress()
                        .resolveVisitor(request.headers(), request.connection().remoteAddress());
            }
        };

        private static final LiveSettings<GuardSettings> IN_FORCE = settings();
        private static final ForwardedHeaders NOTING =
                new ForwardedHeaders(IN_FORCE, () -> 0, new Consequences("", ""));

        abstract void find(AuthRequest request);

        @Override
        public void accept(String text) {
            String[] parts = text.split(" ", -1);
            find(request(parts[0], parts[1], "https"));
        }
    }

    /**
     * In code that is loaded for this, so that no compiler has found out what need not be there.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1 198.51.100.7",
                "10.0.0.1 10.42.0.1",
                "10.0.0.1 ",
                "203.0.113.9 198.51.100.7"
            })
    void allocatesNothingMoreThanAddress(String peerAndClient) {
        long alone = CountedWork.of(Finder.ADDRESS_ALONE, peerAndClient).bytes();

        assertThat(CountedWork.of(Finder.WITH_NOTE, peerAndClient).bytes()).isEqualTo(alone);
    }
}
