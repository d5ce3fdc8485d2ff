package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeaderNamesTest {
    private final HeaderNames names = HeaderNames.of("Cookie", "X-Forwarded-For");

    @Test
    void removesNameInAnyCase() {
        HeaderNames fewer = names.without("x-forwarded-FOR");

        assertThat(fewer.contains("X-Forwarded-For")).isFalse();
        assertThat(fewer.contains("cookie")).isTrue();
        assertThat(names.contains("x-forwarded-for")).isTrue();
    }

    @Test
    void staysSameWithoutNameThatItDoesNotHave() {
        assertThat(names.without("X-Real-Ip")).isSameAs(names);
    }
}
