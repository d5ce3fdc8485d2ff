package dev.forwardguard.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictRuleTest {
    private final VerdictRule anything = new VerdictRule(status -> true);

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 100, 101, 199, 206, 304, 412, 416, 417, 600, 999})
    void neverAcceptsConditionalOrInvalidStatus(int status) {
        assertThat(anything.isVerdict(HttpResponseStatus.valueOf(status))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 205, 302, 307, 401, 403, 500, 599})
    void leavesOtherStatusesToGuard(int status) {
        assertThat(anything.isVerdict(HttpResponseStatus.valueOf(status))).isTrue();
    }

    @Test
    void appliesGuardRule() {
        var onlyOk = new VerdictRule(status -> status == 200);

        assertThat(onlyOk.isVerdict(HttpResponseStatus.OK)).isTrue();
        assertThat(onlyOk.isVerdict(HttpResponseStatus.FORBIDDEN)).isFalse();
    }
}
