package dev.forwardguard.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealmTest {

    @Test
    void printsHeaderWithUtf8Charset() {
        assertThat(new Realm("Emergency Access").challenge())
                .isEqualTo("Basic realm=\"Emergency Access\", charset=\"UTF-8\"");
    }

    @Test
    void escapesQuotesAndBackslashes() {
        assertThat(new Realm("a \"b\" \\ c").challenge())
                .isEqualTo("Basic realm=\"a \\\"b\\\" \\\\ c\", charset=\"UTF-8\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\tb", "\0", "\u007f", "Zugriff für alle"})
    void rejectsRealmThatIsNotPrintableAscii(String realm) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Realm(realm))
                .withMessageContaining("realm must hold printable ASCII");
    }
}
