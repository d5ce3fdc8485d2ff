package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class ConnectionHeaderTest {
    @ParameterizedTest
    @CsvSource({"'a', 32, false", "'a', 33, true", "'', 33, true", "'a', 50000, true"})
    void countsWords(String word, int count, boolean tooMany) {
        HttpHeaders one = new DefaultHttpHeaders();
        one.add("connection", String.join(",", java.util.Collections.nCopies(count, word)));
        HttpHeaders many = new DefaultHttpHeaders();
        for (int i = 0; i < count; i++) {
            many.add("Connection", word);
        }

        assertThat(ConnectionHeader.hasTooManyWords(one)).isEqualTo(tooMany);
        assertThat(ConnectionHeader.hasTooManyWords(many)).isEqualTo(tooMany);
    }

    @Test
    void namesHeaders() {
        HeaderNames names = ConnectionHeader.names(List.of(" A ,,b", "close", ""));

        assertThat(names.contains("a")).isTrue();
        assertThat(names.contains("B")).isTrue();
        assertThat(names.contains("close")).isTrue();
        assertThat(names.contains("")).isFalse();
    }

    @Test
    void looksAtLimitedNumberOfWords() {
        HeaderNames names = ConnectionHeader.names(List.of("a,".repeat(50_000) + "b"));

        assertThat(names.contains("a")).isTrue();
        assertThat(names.contains("b")).isFalse();
    }
}
