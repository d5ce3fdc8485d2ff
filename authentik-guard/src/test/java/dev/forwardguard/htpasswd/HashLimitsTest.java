package dev.forwardguard.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HashLimitsTest {

    @Test
    void allowsBcrypt14And200000RoundsByDefault() {
        assertThat(HashLimits.DEFAULT).isEqualTo(new HashLimits(14, 200_000));
    }

    @Test
    void rejectsLimitsOutsideOfFormats() {
        assertThatIllegalArgumentException().isThrownBy(() -> new HashLimits(3, 5_000));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashLimits(31, 5_000));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashLimits(4, 4_999));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashLimits(4, 1_000_000_000));
    }
}
