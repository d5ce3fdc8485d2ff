package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.Test;

class HeaderNameCacheTest {
    private final HeaderNameCache cache = new HeaderNameCache();

    private CharSequence name(String name) {
        byte[] bytes = name.getBytes(ISO_8859_1);
        CharSequence known = cache.find(bytes, 0, bytes.length);
        return known == null ? cache.add(bytes, 0, bytes.length) : known;
    }

    @Test
    void keepsNamesAsWritten() {
        CharSequence kept = name("X-Forwarded-For");

        assertThat(name("X-Forwarded-For")).isSameAs(kept).hasToString("X-Forwarded-For");
        assertThat(name("x-forwarded-for")).hasToString("x-forwarded-for");
    }

    /** Otherwise 512 names of 60 KB would fill the heap. */
    @Test
    void doesNotCacheLongNames() {
        String longest = "x".repeat(HeaderNameCache.LONGEST);

        assertThat(name(longest)).isSameAs(name(longest));
        assertThat(name(longest + "x")).isNotSameAs(name(longest + "x")).hasToString(longest + "x");
    }
}
