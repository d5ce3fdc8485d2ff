package dev.forwardguard.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class LiveValueTest {
    private static final Instant NOW = Instant.parse("2026-11-20T03:00:00Z");

    private final LiveValue<Integer> value =
            new LiveValue<>("number", LiveValueTest::parse, Clock.fixed(NOW, ZoneOffset.UTC));

    private static Integer parse(byte[] content) {
        try {
            return Integer.valueOf(new String(content, UTF_8));
        } catch (NumberFormatException e) {
            throw new InvalidContentException("line 1: not a number");
        }
    }

    private void offer(String revision, String content) {
        value.offer(revision, content.getBytes(UTF_8));
    }

    @Test
    void isEmptyBeforeFirstContent() {
        assertThat(value.get()).isEmpty();
        assertThat(value.snapshot()).isEmpty();
        assertThat(value.confirmed()).isEmpty();
    }

    @Test
    void acceptsNewValueAndNotifiesSubscribers() {
        List<Integer> received = new ArrayList<>();
        value.subscribe(received::add);

        offer("a", "1");
        offer("b", "2");
        offer("b", "2");

        assertThat(value.get()).contains(2);
        assertThat(value.snapshot()).contains(new LiveValue.Snapshot<>(2, "b", NOW));
        assertThat(value.confirmed()).contains(NOW);
        assertThat(received).containsExactly(1, 2);
    }

    @Test
    void keepsLastGoodValueAndCountsRejectionOnce() {
        offer("a", "1");

        offer("bad", "x");
        offer("bad", "x");

        assertThat(value.get()).contains(1);
        assertThat(value.rejections()).isEqualTo(1);
        assertThat(value.rejection()).contains("line 1: not a number");
    }

    @Test
    void clearsRejectionWithNextGoodRevision() {
        offer("a", "1");
        offer("bad", "x");
        offer("worse", "y");

        offer("c", "3");

        assertThat(value.rejections()).isEqualTo(2);
        assertThat(value.rejection()).isEmpty();
        assertThat(value.get()).contains(3);
    }

    @Test
    void clearsRejectionWhenCurrentRevisionReturns() {
        offer("a", "1");
        offer("bad", "x");

        offer("a", "1");

        assertThat(value.rejection()).isEmpty();
        assertThat(value.get()).contains(1);
    }

    @Test
    void countsReturningBadRevisionAgain() {
        offer("bad", "x");
        offer("a", "1");

        offer("bad", "x");

        assertThat(value.rejections()).isEqualTo(2);
    }

    @Test
    void isEmptyAfterWithdrawalUntilContentReturns() {
        offer("a", "1");

        value.withdraw();
        assertThat(value.get()).isEmpty();

        offer("a", "1");
        assertThat(value.get()).contains(1);
    }

    @Test
    void withdrawalEndsRejection() {
        offer("a", "1");
        offer("bad", "x");

        value.withdraw();

        assertThat(value.rejection()).isEmpty();
        assertThat(value.rejections()).isEqualTo(1);
    }

    static Stream<Throwable> faults() {
        return Stream.of(
                new IllegalStateException("secret"),
                new NullPointerException(),
                new StackOverflowError("secret"),
                new NoClassDefFoundError("secret"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultOfParserRejectsContentAndDoesNotQuoteIt(Throwable fault) {
        LiveValue<String> faulty =
                new LiveValue<>(
                        "text",
                        content -> {
                            if (content.length > 0) {
                                return "good";
                            }
                            if (fault instanceof Error error) {
                                throw error;
                            }
                            throw (RuntimeException) fault;
                        },
                        Clock.systemUTC());
        faulty.offer("a", new byte[1]);

        faulty.offer("b", new byte[0]);
        faulty.offer("b", new byte[0]);

        assertThat(faulty.get()).contains("good");
        assertThat(faulty.rejections()).isEqualTo(1);
        assertThat(faulty.rejection())
                .contains("cannot be read: " + fault.getClass().getSimpleName());
        assertThatThrownBy(() -> faulty.check(new byte[0]))
                .isInstanceOf(InvalidContentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void faultOfSubscriberDoesNotKeepValueFromOthers() {
        List<Integer> received = new ArrayList<>();
        value.subscribe(
                number -> {
                    throw new IllegalStateException("a fault");
                });
        value.subscribe(received::add);

        offer("a", "1");

        assertThat(value.get()).contains(1);
        assertThat(value.rejection()).isEmpty();
        assertThat(received).containsExactly(1);
    }

    @Test
    void startsWithGivenValue() {
        value.startWith(7, "defaults");

        assertThat(value.get()).contains(7);
        assertThat(value.confirmed()).isEmpty();
    }
}
