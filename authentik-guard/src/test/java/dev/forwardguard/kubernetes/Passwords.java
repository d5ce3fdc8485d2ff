package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.InvalidHtpasswdException;
import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Base64;
import java.util.List;

/** Creates htpasswd lines with cheap hashes, and logins. */
final class Passwords {
    private Passwords() {}

    static LiveValue<Htpasswd> liveValue() {
        return new LiveValue<>("htpasswd", Passwords::parse, Clock.systemUTC());
    }

    private static Htpasswd parse(byte[] content) {
        try {
            return Htpasswd.parse(content, HashLimits.DEFAULT);
        } catch (InvalidHtpasswdException e) {
            throw new InvalidContentException(String.valueOf(e.getMessage()));
        }
    }

    static String line(String user, String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(password.getBytes(UTF_8));
            String hash = Base64.getEncoder().encodeToString(digest);
            CapturedLogs.mustNotLog(hash);
            CapturedLogs.mustNotLog(password);
            return user + ":{SHA}" + hash + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A header field value. */
    static String basic(String user, String password) {
        String pair = user + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    static boolean accepts(LiveValue<Htpasswd> value, String user, String password) {
        String header = new String(basic(user, password).getBytes(UTF_8), ISO_8859_1);
        return value.get()
                .map(users -> users.authenticate(Credentials.parse(List.of(header)).orElseThrow()))
                .orElse(false);
    }
}
