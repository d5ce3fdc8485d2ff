package dev.forwardguard.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Md5CryptTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$1$",
                "$apr1$",
                "$1$$",
                "$1$salt",
                "$1$salt$",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u00",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u2",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u!",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u0$",
                "$1$salt$XVxeyxOmEe8FMRYTOXh3u0 ",
                "$1$ninechars$XVxeyxOmEe8FMRYTOXh3u0",
                "$1$sa!t$XVxeyxOmEe8FMRYTOXh3u0",
                "$1$sa\u00e4t$XVxeyxOmEe8FMRYTOXh3u0",
                "$apr2$salt$XVxeyxOmEe8FMRYTOXh3u0",
            })
    void rejectsMalformedHashes(String text) {
        assertThatExceptionOfType(UnusableLineException.class)
                .isThrownBy(() -> Md5Crypt.parse(text))
                .withMessage("malformed MD5-crypt hash");
    }

    @Test
    void acceptsEmptyAndUnusualSalts() throws UnusableLineException {
        assertThat(Md5Crypt.parse("$1$$XVxeyxOmEe8FMRYTOXh3u0")).hasToString("Md5Crypt[]");
        assertThat(Md5Crypt.parse("$1$+~<\"=@'&$XVxeyxOmEe8FMRYTOXh3u0")).isNotNull();
    }
}
