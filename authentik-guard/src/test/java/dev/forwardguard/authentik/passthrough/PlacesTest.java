package dev.forwardguard.authentik.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.client.ClientAddressResolver;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

final class PlacesTest {
    private static final int TOTAL = 64;

    private final Places places = new Places(TOTAL);
    private final List<Integer> granted = new ArrayList<>();

    private Places.@Nullable Place ask(ClientAddress address, int number) {
        return places.ask(address, () -> granted.add(number));
    }

    private static ClientAddress visitor(String forwardedFor) {
        HttpHeaders headers = new DefaultHttpHeaders().set("X-Forwarded-For", forwardedFor);
        var gateway = new InetSocketAddress(InetAddress.ofLiteral("10.1.2.3"), 4711);
        return ClientAddressResolver.DEFAULT.resolveVisitor(headers, gateway);
    }

    @Test
    void addressHasShare() {
        for (int i = 0; i < Places.PER_ADDRESS; i++) {
            assertThat(requireNonNull(ask(visitor("203.0.113.7"), i)).wasFree()).isTrue();
        }

        assertThat(requireNonNull(ask(visitor("203.0.113.7"), 8)).wasFree()).isFalse();
        assertThat(requireNonNull(ask(visitor("203.0.113.8"), 9)).wasFree()).isTrue();
    }

    @Test
    void networkOfIpv6HasOneShare() {
        for (int i = 0; i < Places.PER_ADDRESS; i++) {
            ask(visitor("2001:db8::" + i), i);
        }

        assertThat(requireNonNull(ask(visitor("2001:db8::ffff"), 8)).wasFree()).isFalse();
        assertThat(requireNonNull(ask(visitor("2001:db8:0:1::1"), 9)).wasFree()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.168.1.5",
                "10.0.0.9",
                "127.0.0.1",
                "::1",
                "fd00::1",
                "fe80::1",
                "169.254.1.1",
                "100.64.0.1",
                "unknown",
                ""
            })
    void sharedAddressHasOnlyTotal(String address) {
        for (int i = 0; i < TOTAL; i++) {
            assertThat(requireNonNull(ask(visitor(address), i)).wasFree()).isTrue();
        }
        assertThat(requireNonNull(ask(visitor(address), TOTAL)).wasFree()).isFalse();
    }

    @Test
    void freePlaceGoesToFirstWhoMayHaveIt() {
        List<Places.@Nullable Place> taken = new ArrayList<>();
        for (int i = 0; i < Places.PER_ADDRESS; i++) {
            taken.add(ask(visitor("203.0.113.7"), -1));
        }
        for (int i = Places.PER_ADDRESS; i < TOTAL; i++) {
            taken.add(ask(ClientAddress.UNKNOWN, -1));
        }
        ask(visitor("203.0.113.7"), 1);
        ask(visitor("203.0.113.8"), 2);

        requireNonNull(taken.getLast()).giveBack();
        assertThat(granted).containsExactly(2);
        requireNonNull(taken.getFirst()).giveBack();
        requireNonNull(taken.getFirst()).giveBack();

        assertThat(granted).containsExactly(2, 1);
        assertThat(places.taken()).isEqualTo(TOTAL);
    }

    @Test
    void fewWait() {
        for (int i = 0; i < TOTAL + Places.MOST_WAITING; i++) {
            assertThat(ask(ClientAddress.UNKNOWN, i)).isNotNull();
        }
        assertThat(ask(ClientAddress.UNKNOWN, -1)).isNull();
        assertThat(places.waiting()).isEqualTo(Places.MOST_WAITING);
    }

    @Test
    void oneAddressDoesNotFillQueue() {
        for (int i = 0; i < Places.PER_ADDRESS + Places.WAITING_PER_ADDRESS; i++) {
            assertThat(ask(visitor("203.0.113.7"), i)).isNotNull();
        }
        assertThat(ask(visitor("203.0.113.7"), -1)).isNull();
        assertThat(requireNonNull(ask(visitor("203.0.113.8"), -1)).wasFree()).isTrue();
    }

    /** Otherwise a request would be sent twice. */
    @Test
    void placeIsGivenOnceAlsoByAnotherThread() throws Exception {
        try (var other = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 20_000; round++) {
                var one = new Places(1);
                var told = new AtomicInteger();
                Places.Place first = requireNonNull(one.ask(ClientAddress.UNKNOWN, () -> {}));
                Future<?> givenBack = other.submit(first::giveBack);
                Places.Place second =
                        requireNonNull(one.ask(ClientAddress.UNKNOWN, told::incrementAndGet));
                int atOnce = second.wasFree() ? 1 : 0;
                givenBack.get();

                assertThat(atOnce + told.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void placeIsWantedByWhomItIsFor() {
        Places.Place held = requireNonNull(ask(visitor("203.0.113.7"), 0));
        for (int i = 1; i < Places.PER_ADDRESS; i++) {
            ask(visitor("203.0.113.7"), i);
        }
        Places.Place other = requireNonNull(ask(visitor("203.0.113.8"), 8));
        assertThat(held.isWanted()).isFalse();
        Places.Place ninth = requireNonNull(ask(visitor("203.0.113.7"), 9));
        assertThat(held.isWanted()).isTrue();
        assertThat(other.isWanted()).isFalse();
        ninth.giveBack();
        while (requireNonNull(ask(ClientAddress.UNKNOWN, 10)).wasFree()) {
            assertThat(other.isWanted()).isFalse();
        }

        assertThat(other.isWanted()).isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothingIsLostWhateverTheOrder(long seed) {
        var random = new Random(seed);
        List<Places.Place> all = new ArrayList<>();
        for (int step = 0; step < 5000; step++) {
            if (random.nextBoolean()) {
                ClientAddress address =
                        random.nextInt(3) == 0
                                ? ClientAddress.UNKNOWN
                                : visitor("203.0.113." + (1 + random.nextInt(20)));
                Places.Place place = ask(address, step);
                if (place != null) {
                    all.add(place);
                }
            } else if (!all.isEmpty()) {
                all.remove(random.nextInt(all.size())).giveBack();
            }
            assertThat(places.taken() + places.waiting()).isEqualTo(all.size());
            assertThat(places.taken()).isLessThanOrEqualTo(TOTAL);
        }
        all.forEach(Places.Place::giveBack);
        assertThat(places.taken()).isZero();
        assertThat(places.waiting()).isZero();
    }
}
