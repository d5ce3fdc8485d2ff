package dev.forwardguard.edge.routes.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

class PemTest {
    @ParameterizedTest
    @CsvSource({
        "site,site-key",
        "site,site-sec1-key",
        "rsa,rsa-key",
        "rsa,rsa-pkcs1-key",
        "ed25519,ed25519-key"
    })
    void pairsMatch(String certificate, String key) throws PemException {
        String certificates = Pem.certificates(file(certificate));

        assertThatCode(() -> Pem.requirePair(certificates, Pem.privateKey(file(key))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "site,rsa-key",
        "rsa,site-key",
        "rsa,site-sec1-key",
        "ca,site-key",
        "ed25519,rsa-key"
    })
    void othersDoNot(String certificate, String key) throws PemException {
        String certificates = Pem.certificates(file(certificate));
        String privateKey = Pem.privateKey(file(key));

        assertThatExceptionOfType(PemException.class)
                .isThrownBy(() -> Pem.requirePair(certificates, privateKey))
                .withMessage("is not the key of the certificate");
    }

    @Test
    void writesPemAsOpensslDoes() throws PemException {
        assertThat(Pem.certificates(file("rsa"))).isEqualTo(file("rsa"));
        assertThat(Pem.privateKey(file("rsa-key"))).isEqualTo(file("rsa-key"));
    }

    @Test
    void takesAllCertificatesAndNothingElse() throws PemException {
        String chain = "leaf\n" + file("site") + "\n" + file("site-key") + "issuer\n" + file("ca");

        assertThat(Pem.certificates(chain)).isEqualTo(file("site") + file("ca"));
        assertThat(Pem.privateKey(chain)).isEqualTo(file("site-key"));
    }

    @ParameterizedTest
    @CsvSource({"AAAA", "A", "!", "''"})
    void rejectsWhatIsNoCertificate(String base64) {
        String pem = "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";

        assertThatExceptionOfType(PemException.class).isThrownBy(() -> Pem.certificates(pem));
    }

    @Test
    void rejectsEncryptedKeys() {
        String pem =
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";

        assertThatExceptionOfType(PemException.class)
                .isThrownBy(() -> Pem.privateKey(pem))
                .withMessageContaining("encrypted");
    }

    private static String file(String name) {
        try {
            String path = "/dev/forwardguard/edge/routes/full-example/pem/" + name + ".pem";
            return Files.readString(Path.of(PemTest.class.getResource(path).toURI()));
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
