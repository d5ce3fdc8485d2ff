package dev.forwardguard.forwarded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.Test;

class RequestWindowTest {
    private static final ClientAddress NODE = ClientAddress.parse("10.0.0.7").orElseThrow();

    private final RequestWindow window = new RequestWindow(0, null);

    @Test
    void countsNoMoreThanItHasRoomFor() {
        for (int i = 0; i < RequestWindow.MOST + 100; i++) {
            window.count(window.isOneAddress(NODE), false);
        }

        assertThat(window.count(true, false)).isTrue();
        RequestWindow.Counts counts = window.counts();
        assertThat(counts.requests()).isEqualTo(RequestWindow.MOST);
        assertThat(counts.fromOneAddress()).isEqualTo(RequestWindow.MOST);
        assertThat(counts.withoutTls()).isEqualTo(RequestWindow.MOST);
        assertThat(counts.everybodysAddress()).isEqualTo(NODE);
    }

    @Test
    void asksForTheClockWithFewRequests() {
        int asked = 0;
        for (int i = 1; i <= 10_000; i++) {
            boolean ask = window.count(false, true);
            assertThat(ask).isEqualTo(i >= 1000 && i % 50 == 0);
            asked += ask ? 1 : 0;
        }

        assertThat(asked).isEqualTo(181);
    }

    @Test
    void takesFirstPrivateAddressUnlessOneIsSuspected() {
        ClientAddress visitor = ClientAddress.parse("198.51.100.7").orElseThrow();
        ClientAddress other = ClientAddress.parse("10.0.0.8").orElseThrow();
        assertThat(window.isOneAddress(visitor)).isFalse();
        assertThat(window.isOneAddress(NODE)).isTrue();
        assertThat(window.isOneAddress(other)).isFalse();

        RequestWindow next = new RequestWindow(0, NODE);
        assertThat(next.isOneAddress(other)).isFalse();
        assertThat(next.isOneAddress(NODE)).isTrue();
    }
}
