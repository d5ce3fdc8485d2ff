package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The one list of certificates is replaced by each apply. */
class LostCertificatesTest {
    private static final String PEM = "/dev/forwardguard/edge/routes/full-example/pem/";

    @TempDir private Path directory;
    private final Commands commands = new Commands();

    @BeforeEach
    void copy() throws IOException {
        for (String each : List.of("site.pem", "site-key.pem", "rsa.pem", "rsa-key.pem")) {
            try (InputStream pem = LostCertificatesTest.class.getResourceAsStream(PEM + each)) {
                Files.copy(pem, directory.resolve(each));
            }
        }
    }

    @AfterEach
    void close() {
        commands.close();
    }

    private String file(String certificate) throws IOException {
        return Files.writeString(
                        directory.resolve(certificate + ".yaml"),
                        "tls: {certificates: [{certFile: %1$s.pem, keyFile: %1$s-key.pem}]}"
                                .formatted(certificate))
                .toString();
    }

    private List<String> warnings() {
        return commands.errors().stream().filter(each -> each.contains("certificate")).toList();
    }

    @Test
    void warnsOfOneThatGoes() throws IOException {
        assertThat(commands.run("apply", file("site"))).isZero();
        assertThat(warnings()).isEmpty();

        assertThat(commands.run("diff", file("rsa"))).isZero();

        assertThat(warnings())
                .singleElement()
                .asString()
                .startsWith("warning: certificates go that no file has (site.example.com)");
        assertThat(commands.run("apply", file("rsa"))).isZero();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void doesNotWarnOfWhatStaysOrIsWanted() throws IOException {
        commands.run("apply", file("site"));

        commands.run("apply", file("site"), file("rsa"));
        commands.run("apply", file("rsa"), "--prune");

        assertThat(warnings()).isEmpty();
    }

    /** Written by others, as a path or in another case, so that nothing of it can be read. */
    @Test
    void warnsOfOneThatCannotBeRead() throws IOException {
        commands.fake().keys().put("traefik/TLS/certificates/0/certfile", "/etc/some.pem");

        commands.run("diff", file("site"));

        assertThat(warnings())
                .singleElement()
                .asString()
                .startsWith("warning: certificates go that no file has (of unknown names)");
    }

    /** A renewed one has another text, but the same names. */
    @Test
    void doesNotWarnOfRenewal() throws IOException {
        commands.run("apply", file("site"));
        String other = Files.readString(directory.resolve("rsa.pem"));
        Files.writeString(directory.resolve("site.pem"), other, StandardOpenOption.APPEND);

        commands.run("diff", file("site"));

        assertThat(commands.out()).contains("~ tls.certificates (0.certFile)");
        assertThat(warnings()).isEmpty();
    }
}
