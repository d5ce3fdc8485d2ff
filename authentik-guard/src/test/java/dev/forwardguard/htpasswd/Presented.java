package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;

/** Builds credentials and headers as a client presents them. */
final class Presented {
    private Presented() {}

    static Credentials credentials(String user, String password) {
        return credentials(user, password.getBytes(UTF_8));
    }

    static Credentials credentials(String user, byte[] password) {
        return Credentials.parse(List.of(header(user, password))).orElseThrow();
    }

    static String header(String user, byte[] password) {
        var userPass = new ByteArrayOutputStream();
        userPass.writeBytes(user.getBytes(UTF_8));
        userPass.write(':');
        userPass.writeBytes(password);
        return header(userPass.toByteArray());
    }

    static String header(byte[] userPass) {
        return "Basic " + Base64.getEncoder().encodeToString(userPass);
    }

    /** Raw header bytes as an HTTP server provides them. */
    static String raw(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
