package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.forwardguard.htpasswd.HtpasswdEntry;

import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** No cookie is a session but those that the guard has made. */
class SessionTokenFuzzTest {
    private static final HtpasswdEntry LINE = new HtpasswdEntry("anna", "$2y$05$hash");
    private static final SessionKey KEY = SessionKey.parse("k".repeat(43).getBytes(US_ASCII));
    private static final SessionToken TOKEN =
            new SessionToken("anna", "app.example.com", Instant.ofEpochSecond(1_800_000_000));
    private static final String GENUINE = TOKEN.encode(LINE, KEY);
    private static final String MARK =
            new SignOutMark("app.example.com", Instant.ofEpochSecond(1_800_000_000)).encode(KEY);

    /** Any text, and any claims behind the MAC of others. */
    @FuzzTest(maxDuration = "10m")
    void onlyWhatWasGivenIsGenuine(byte[] input) {
        String text = new String(input, ISO_8859_1);
        String claims = Base64.getUrlEncoder().withoutPadding().encodeToString(input);
        for (String each :
                new String[] {
                    text,
                    GENUINE.substring(0, GENUINE.lastIndexOf('.') + 1) + claims,
                    MARK.substring(0, MARK.lastIndexOf('.') + 1) + claims,
                    claims + GENUINE,
                    GENUINE + text
                }) {
            Optional<SessionToken> token =
                    SessionToken.decode(each, user -> Optional.of(LINE), KEY);
            assertThat(token)
                    .isEqualTo(each.equals(GENUINE) ? Optional.of(TOKEN) : Optional.empty());
            assertThat(SignOutMark.decode(each, KEY).isPresent()).isEqualTo(each.equals(MARK));
        }
    }

    /** Whatever is claimed and signed comes back as it was. */
    @FuzzTest(maxDuration = "10m")
    void claimsComeBack(byte[] input) {
        SignedClaims signed = SignedClaims.sign("1", input, input, KEY);

        assertThat(SignedClaims.read("1", signed.text()))
                .hasValueSatisfying(
                        read -> {
                            assertThat(read.claims()).isEqualTo(input);
                            assertThat(read.isGenuine(input, KEY)).isTrue();
                            assertThat(read.isGenuine("other".getBytes(US_ASCII), KEY)).isFalse();
                        });
        assertThat(SignedClaims.read("2", signed.text())).isEmpty();
        assertThat(signed.text()).hasSize(SignedClaims.length("1", input.length));
    }
}
