package dev.forwardguard.authentik.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HelpUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://help.example.com",
                "https://help.example.com/",
                "https://help.example.com/a/b.html?c=d&e='f'",
                "https://help.example.com:8443/%C3%BC",
                "https://help.example.com:65535",
                "https://xn--hilfe-mller-yhb.example/",
                "https://HELP.example.com/",
                "https://192.0.2.1/",
                "https://[2001:db8::1]:8443/"
            })
    void takesAbsoluteHttpsAddress(String text) {
        assertThat(new HelpUrl(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "javascript:alert(1)                      | must look like https://",
                "JavaScript://help.example.com/%0Aalert(1) | must look like https://",
                "data:text/html,x                         | must look like https://",
                "http://help.example.com/                 | must look like https://",
                "HTTPS://help.example.com/                | must look like https://",
                "//help.example.com/                      | must look like https://",
                "/help                                    | must look like https://",
                "help.example.com                         | must look like https://",
                "https:help.example.com                   | must look like https://",
                "https:/help.example.com                  | must look like https://",
                "https:                                   | must look like https://",
                "^^                                       | must look like https://",
                "https://                                 | Expected authority",
                "https:///help                            | must have a host",
                "https://?help                            | must have a host",
                "https://:443/                            | must have the name of a host",
                "https://help_.example.com/               | must have the name of a host",
                "https://-.example/                       | must have the name of a host",
                "https://[fe80::1%25eth0]/                | must have the name of a host",
                "https://ada@help.example.com/            | must have a host, no user and no fragment",
                "https://help.example.com:443@evil.example/ | must have a host, no user and no fragment",
                "https://@help.example.com/               | must have a host, no user and no fragment",
                "https://help.example.com/#now            | must have a host, no user and no fragment",
                "https://help.example.com/#:~:text=x      | must have a host, no user and no fragment",
                "https://help.example.com:/               | must have a port",
                "https://help.example.com:0/              | must have a port",
                "https://help.example.com:0443/           | must have a port",
                "https://help.example.com:65536/          | must have a port",
                "https://help.example.com:99999999999/    | must have the name of a host",
                "https://help.example.com/a b             | must have only the characters",
                "^ https://help.example.com/^             | must have only the characters",
                "^https://help.example.com/\n^            | must have only the characters",
                "^https://help.exa\tmple.com/^            | must have only the characters",
                "https://m\u00fcller.example/             | must have only the characters",
                "https://help.example.com/\u00fc          | must have only the characters",
                "https://help.example.com\u3002evil/      | must have only the characters",
                "https://help.example.com/\u202egpj       | must have only the characters",
                "https://help.example.com/\"onclick=\"x    | must have only the characters",
                "https://help.example.com/<script>        | must have only the characters",
                "https://help.example.com\\@evil.example/ | must have only the characters",
                "https://help.example.com/%zz             | Malformed escape pair",
                "https://help.example.com/`x`             | must have only the characters"
            })
    void rejectsWhatBrowsersMayTakeForSomethingElse(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HelpUrl(text))
                .withMessageContaining(message);
    }

    @Test
    void limitsItsLength() {
        String longest = "https://x/" + "a".repeat(290);

        assertThat(new HelpUrl(longest).value()).hasSize(300);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HelpUrl(longest + "a"))
                .withMessage("must have at most 300 characters");
    }
}
