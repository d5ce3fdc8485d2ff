package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Certificates that files name: keys hold their text, and only if it is right. */
class CertificatesTest {
    @TempDir private Path directory;

    @BeforeEach
    void copy() throws IOException {
        FullExample.in(directory);
    }

    @Test
    void keysHoldTheText() throws IOException {
        String yaml =
                """
                tls:
                  certificates:
                    - certFile: pem/site.pem
                      keyFile: pem/site-sec1-key.pem
                """;

        assertThat(Written.keys(directory, yaml).keys())
                .containsEntry("tls/certificates/0/certFile", text("site.pem"))
                .containsEntry("tls/certificates/0/keyFile", text("site-sec1-key.pem"));
    }

    @ParameterizedTest
    @CsvSource({
        "pem/site.pem,pem/rsa-key.pem,4: tls.certificates[0].keyFile: is not the key of the certificate",
        "pem/site.pem,pem/ca.pem,4: tls.certificates[0].keyFile: has no private key in PEM",
        "pem/site-key.pem,pem/site-key.pem,3: tls.certificates[0].certFile: has no certificate in PEM",
        "pem,pem/site-key.pem,3: tls.certificates[0].certFile: is neither PEM nor a file",
        "pem/no.pem,pem/site-key.pem,3: tls.certificates[0].certFile: is neither PEM nor a file",
        "pem/site.pem,'\"\\0\"',4: tls.certificates[0].keyFile: is neither PEM nor a file",
    })
    void rejects(String certificate, String key, String problem) {
        String yaml =
                """
                tls:
                  certificates:
                    - certFile: %s
                      keyFile: %s
                """
                        .formatted(certificate, key);

        assertThat(Written.problems(directory, yaml))
                .singleElement()
                .asString()
                .startsWith(problem)
                .doesNotContain("MI");
    }

    @ParameterizedTest
    @CsvSource({
        "cert: pem/rsa.pem,has no private key beside it",
        "key: pem/rsa-key.pem,has no certificate beside it",
        "'cert: pem/rsa.pem, key: pem/site-key.pem',is not the key of the certificate",
        "ca: pem/site-key.pem,has no certificate in PEM",
    })
    void clientCertificatesHaveKeys(String tls, String problem) {
        String yaml =
                """
                http:
                  middlewares:
                    a: {forwardAuth: {address: "http://a", tls: {%s}}}
                """
                        .formatted(tls);

        assertThat(Written.problems(directory, yaml)).singleElement().asString().contains(problem);
    }

    private String text(String name) throws IOException {
        return Files.readString(directory.resolve("pem").resolve(name));
    }
}
