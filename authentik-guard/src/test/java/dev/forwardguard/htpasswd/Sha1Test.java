package dev.forwardguard.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sha1Test {

    @Test
    void acceptsSaltOfAnyLength() throws UnusableLineException {
        // { printf 'abcs' | openssl dgst -sha1 -binary; printf s; } | base64, and likewise
        // with 40 salt bytes
        assertThat(Sha1.parse("{SSHA}4BSwzhziEnmr82denb0rG/hG5dhz").matches(abc())).isTrue();
        assertThat(
                        Sha1.parse(
                                        "{SSHA}ngLc4AH4XSoVhUVoEh83lPk43eJzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz")
                                .matches(abc()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{SHA}",
                "{SSHA}",
                "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0",
                "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J1=",
                "{SHA}qZk-NkcGgWq6PiVxeFDCbJzQ2J0=",
                "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0= ",
                "{SHA} qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
                "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2A==",
                "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J1z",
                "{SSHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            })
    void rejectsMalformedHashes(String text) {
        assertThatExceptionOfType(UnusableLineException.class)
                .isThrownBy(() -> Sha1.parse(text))
                .withMessage("malformed SHA-1 hash");
    }

    private static byte[] abc() {
        return "abc".getBytes(US_ASCII);
    }
}
