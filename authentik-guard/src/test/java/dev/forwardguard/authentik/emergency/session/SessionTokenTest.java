package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.forwardguard.htpasswd.HtpasswdEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

class SessionTokenTest {
    private static final Instant NOW = Instant.parse("2026-11-30T20:00:00Z");
    private static final HtpasswdEntry LINE = new HtpasswdEntry("anna", "$2y$05$hash");

    private final Map<String, HtpasswdEntry> lines = new HashMap<>(Map.of("anna", LINE));
    private final SessionKey key = SessionKey.parse("k".repeat(43).getBytes(US_ASCII));
    private final SessionToken token =
            new SessionToken("anna", "app.example.com", NOW.plusSeconds(3600));
    private final String text = token.encode(LINE, key);

    private Optional<SessionToken> decode(String sent) {
        return SessionToken.decode(sent, user -> Optional.ofNullable(lines.get(user)), key);
    }

    @Test
    void saysAgainWhatItWasGiven() {
        assertThat(decode(text)).contains(token);
        assertThat(text).matches("1\\.[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]+");
    }

    /** Also from another process: the format is a contract between replicas. */
    @Test
    void isTheSameInAllReplicas() {
        assertThat(text)
                .isEqualTo(
                        new SessionToken("anna", "app.example.com", NOW.plusSeconds(3600))
                                .encode(LINE, SessionKey.parse("k".repeat(43).getBytes(US_ASCII))));
    }

    @Test
    void longestNamesFit() {
        String user = "ü".repeat(127) + "u";
        String host = "h".repeat(253);
        var line = new HtpasswdEntry(user, "x");
        lines.put(user, line);
        String longest = new SessionToken(user, host, NOW).encode(line, key);

        assertThat(longest).hasSizeLessThanOrEqualTo(SessionToken.LONGEST);
        assertThat(decode(longest)).contains(new SessionToken(user, host, NOW));
    }

    @Test
    void neverContainsHash() {
        String claims = text.substring(text.lastIndexOf('.') + 1);
        assertThat(new String(Base64.getUrlDecoder().decode(claims), US_ASCII))
                .contains("anna", "app.example.com")
                .doesNotContain("hash");
        assertThat(key.toString()).isEqualTo("SessionKey");
    }

    @Test
    void endsWithLineOfItsUser() {
        lines.put("anna", new HtpasswdEntry("anna", "$2y$05$hasi"));
        assertThat(decode(text)).isEmpty();
        lines.remove("anna");
        assertThat(decode(text)).isEmpty();
    }

    @Test
    void endsWithKey() {
        var another = SessionKey.parse("K".repeat(43).getBytes(US_ASCII));
        assertThat(SessionToken.decode(text, user -> Optional.of(LINE), another)).isEmpty();
    }

    @Test
    void everyChangedCharacterMakesItNone() {
        for (int i = 0; i < text.length(); i++) {
            for (char c : "Aa0_-.=+/ é\0".toCharArray()) {
                if (text.charAt(i) != c) {
                    assertThat(decode(text.substring(0, i) + c + text.substring(i + 1)))
                            .as("%s at %d", c, i)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void everyPartOfItIsNone() {
        for (int i = 0; i < text.length(); i++) {
            assertThat(decode(text.substring(0, i))).isEmpty();
            assertThat(decode(text.substring(i + 1))).isEmpty();
        }
    }

    /** Four letters of base64 can stand for the same three octets and less. */
    @ParameterizedTest
    @ValueSource(strings = {"=", "==", ".", "A", " ", "\n"})
    void sameClaimsInAnotherTextAreNone(String more) {
        assertThat(decode(text + more)).isEmpty();
        char last = text.charAt(text.length() - 1);
        assertThat(decode(text.substring(0, text.length() - 1) + (char) (last + 1))).isEmpty();
    }

    /** As another user with the same hash, the claims are others. */
    @Test
    void namesOfAnotherUserAreNotGenuine() {
        lines.put("anne", new HtpasswdEntry("anne", LINE.hash()));
        String other = new SessionToken("anne", token.host(), token.expires()).encode(LINE, key);
        String mac = text.substring(0, text.lastIndexOf('.'));
        assertThat(decode(mac + other.substring(other.lastIndexOf('.')))).isEmpty();
    }

    @Test
    void holdsAtItsHostUntilItExpires() {
        Instant latest = NOW.plusSeconds(3600);
        assertThat(token.holds(NOW, latest, "app.example.com")).isTrue();
        assertThat(token.holds(NOW.plusSeconds(3599), latest, "app.example.com")).isTrue();
        assertThat(token.holds(NOW.plusSeconds(3600), latest, "app.example.com")).isFalse();
        assertThat(token.holds(NOW, latest, "wiki.example.com")).isFalse();
        assertThat(token.holds(NOW, latest, "example.com")).isFalse();
    }

    /** Given for longer than sessions are now, or by a clock that was ahead. */
    @Test
    void doesNotHoldIfItExpiresTooLate() {
        assertThat(token.holds(NOW, NOW.plusSeconds(3599), "app.example.com")).isFalse();
    }

    @Test
    void readsOrRejectsAnything() {
        var random = new Random(30);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            String mac = text.substring(0, 46);
            String claims = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertThat(decode(mac + claims)).isEmpty();
            assertThat(decode(new String(bytes, US_ASCII))).isEmpty();
        }
    }
}
