package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The files written by {@code generate.sh} in the test resources, and their passwords. */
final class PasswordFile {
    static final List<String> FORMATS =
            List.of(
                    "bcrypt-2y",
                    "bcrypt-2a",
                    "bcrypt-2b",
                    "apr1",
                    "apr1-openssl",
                    "md5-crypt",
                    "sha256-crypt",
                    "sha256-crypt-rounds",
                    "sha512-crypt",
                    "sha512-crypt-rounds",
                    "sha1",
                    "ssha");

    static final Map<String, String> PASSWORDS =
            Map.of(
                    "alice", "correct horse",
                    "bob", "with:colon",
                    "carol", "Grüße €",
                    "dave", "",
                    "erin", "0123456789".repeat(8));

    private PasswordFile() {}

    static byte[] read(String name) {
        String path = "/htpasswd/" + name + ".htpasswd";
        try (InputStream file = PasswordFile.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(file, path).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Htpasswd parse(String name) {
        return Htpasswd.parse(read(name), HashLimits.DEFAULT);
    }

    static Htpasswd of(String... lines) {
        return Htpasswd.parse(String.join("\n", lines).getBytes(UTF_8), HashLimits.DEFAULT);
    }
}
