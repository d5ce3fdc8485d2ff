package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Clock;

class NamesOfDayTest {
    private final NamesOfDay names = new NamesOfDay(Clock.systemUTC());

    /** Also when all users of a full file were replaced, and the former ones are sent. */
    @Test
    void areNoMoreThanOneFileMayHave() {
        for (int each = 0; each < NamesOfDay.CAPACITY; each++) {
            names.isNew("a" + each);
            names.isNew("b" + each);
        }

        assertThat(names.number()).isBetween(NamesOfDay.CAPACITY / 2L, (long) NamesOfDay.CAPACITY);
    }
}
