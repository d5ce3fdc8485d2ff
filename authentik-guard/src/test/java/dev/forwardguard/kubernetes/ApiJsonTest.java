package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

class ApiJsonTest {
    private static final String SECRET =
            "{\"future\":{\"deep\":[1,{\"metadata\":{\"name\":\"wrong\"}}]},"
                    + "\"data\":{\"other\":\"b3RoZXI=\",\"htpasswd\":\"YQ==\"},"
                    + "\"metadata\":{\"labels\":{\"name\":\"wrong\"},\"name\":\"right\","
                    + "\"resourceVersion\":\"12\",\"uid\":null},"
                    + "\"immutable\":true,\"kind\":\"Secret\"}";

    private final ApiJson json = new ApiJson(Set.of("htpasswd"));

    @Test
    void readsKnownFieldsInAnyOrder() throws ListWatchException {
        ApiObject secret = json.object(SECRET.getBytes(UTF_8));

        assertThat(secret.kind()).isEqualTo("Secret");
        assertThat(secret.name()).isEqualTo("right");
        assertThat(secret.revision()).isEqualTo("12");
        assertThat(secret.data()).containsExactly(Map.entry("htpasswd", "YQ=="));
    }

    @Test
    void readsEventWithTypeLast() throws ListWatchException {
        String line = "{\"object\":" + SECRET + ",\"since\":1.5,\"type\":\"MODIFIED\"}";

        ApiJson.Event event = json.event(line.getBytes(UTF_8));

        assertThat(event.type()).isEqualTo("MODIFIED");
        assertThat(event.object().name()).isEqualTo("right");
    }

    @Test
    void neverPrintsContent() throws ListWatchException {
        assertThat(json.object(SECRET.getBytes(UTF_8)).toString()).doesNotContain("YQ==");
    }

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsOrRejectsDamagedText(long seed) {
        var random = new Random(seed);
        byte[] damaged = SECRET.getBytes(UTF_8);
        for (int i = 0; i <= random.nextInt(4); i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }

        try {
            assertThat(json.object(damaged).items()).isEmpty();
        } catch (ListWatchException rejected) {
            assertThat(rejected.result()).isEqualTo(ListWatchResult.MALFORMED);
            assertThat(rejected.getCause()).isNull();
        }
    }

    @Test
    void rejectsEveryTruncation() {
        byte[] whole = SECRET.getBytes(UTF_8);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);

            assertThatThrownBy(() -> json.object(part)).isInstanceOf(ListWatchException.class);
        }
    }

    @Test
    void rejectsDeepNesting() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> json.object(deep.getBytes(UTF_8)))
                .isInstanceOf(ListWatchException.class);
    }
}
