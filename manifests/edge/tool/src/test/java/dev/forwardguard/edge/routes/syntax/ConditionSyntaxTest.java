package dev.forwardguard.edge.routes.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionSyntaxTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "NetworkErrorRatio() > 0.5 | true",
                "NetworkErrorRatio() > 0.5 && LatencyAtQuantileMS(50.0) >= 100 | true",
                "(ResponseCodeRatio(500, 600, 0, 600) > 0.3) | true",
                "NetworkErrorRatio() > 1 | false",
                "NetworkErrorRatio() | false",
                "0.5 < NetworkErrorRatio() | false",
                "NetworkErrorRatio > 0.5 | false",
                "LatencyAtQuantileMS(50) > 100 | false",
                "LatencyAtQuantileMS(50.0) > 100.5 | false",
                "ResponseCodeRatio(500, 600) > 0.3 | false",
                "!(NetworkErrorRatio() > 0.5) | false",
                "NetworkErrorRatio() > -0.5 | false",
                "Attempts() < 2 | false",
                "NetworkErrorRatio() > 9999999999999999999999.0 | false",
            })
    void circuitBreakerExpressions(String text, boolean taken) {
        var syntax = new ConditionSyntax(ConditionSyntax.CIRCUIT_BREAKER);

        assertThat(syntax.complaint(text).isEmpty()).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "IsNetworkError() | true",
                "IsNetworkError() && Attempts() < 2 | true",
                "RequestMethod() == \"GET\" | true",
                "ResponseCode() != 503 | true",
                "RequestMethod() < \"GET\" | false",
                "RequestMethod() == GET | false",
                "IsNetworkError() == 1 | false",
                "Attempts() | false",
                "Attempts(1) < 2 | false",
            })
    void retryExpressions(String text, boolean taken) {
        var syntax = new ConditionSyntax(ConditionSyntax.RETRY);

        assertThat(syntax.complaint(text).isEmpty()).isEqualTo(taken);
    }
}
