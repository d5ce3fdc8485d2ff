package dev.forwardguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {
    private static String idOf(String... given) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String value : given) {
            headers.add("x-request-id", value);
        }
        return RequestId.of(headers).value();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01234567",
                "f47ac10b-58cc-4372-a567-0e02b2c3d479",
                "Root.1_2-3aB",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void keepsValidId(String given) {
        assertThat(idOf(given)).isEqualTo(given);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456",
                "01234567890123456789012345678901234567890123456789012345678901234",
                "<i>01234567",
                "0123 4567",
                "0123456789\u00e4",
                "\"01234567\""
            })
    void replacesInvalidId(String given) {
        assertThat(idOf(given)).matches("[0-9a-f]{16}");
    }

    @Test
    void replacesMissingOrRepeatedId() {
        assertThat(idOf()).matches("[0-9a-f]{16}").isNotEqualTo(idOf());
        assertThat(idOf("01234567", "76543210")).matches("[0-9a-f]{16}");
    }
}
