package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeaderNamesTest {
    private final HeaderNames names = HeaderNames.of("Cookie", "X-Forwarded-For");

    @Test
    void containsNamesInAnyCase() {
        assertThat(names.contains("cookie")).isTrue();
        assertThat(names.contains("x-forwarded-FOR")).isTrue();
    }

    @Test
    void containsNoOtherNameOfTheSameLength() {
        assertThat(names.contains("Accept")).isFalse();
        assertThat(names.contains("X-Forwarded-Foo")).isFalse();
    }
}
