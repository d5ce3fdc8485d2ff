package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** {@code certificates.sh}, and the same for cert-manager. */
class CertificatesIT {
    private static final List<String> SECRETS =
            List.of("etcd-server-tls", "etcd-peer-tls", "gateway-etcd-tls", "edge-routes-etcd-tls");
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    @TempDir private static Path directory;

    @Test
    void namesGatewayAndNobodyElse() throws Exception {
        Certificates certificates = Certificates.in(directory);

        for (String secret : SECRETS) {
            X509Certificate certificate = read(certificates.file(secret, "tls.crt"));
            certificate.verify(read(certificates.file(secret, "ca.crt")).getPublicKey());
            String subject = certificate.getSubjectX500Principal().getName();
            assertThat(subject.contains("CN="))
                    .as("%s of %s", subject, secret)
                    .isEqualTo(secret.equals("gateway-etcd-tls"));
            assertThat(certificate.getExtendedKeyUsage())
                    .isEqualTo(
                            secret.startsWith("etcd-") ? List.of(SERVER, CLIENT) : List.of(CLIENT));
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            certificates.file(secret, "tls.key"))))
                    .isEqualTo("rw-------");
        }
        assertThat(
                        read(certificates.file("gateway-etcd-tls", "tls.crt"))
                                .getSubjectX500Principal()
                                .getName())
                .startsWith("CN=gateway,");
    }

    @Test
    void renewsAllButTheAuthority() throws Exception {
        Path files = directory.resolve("renewed");
        Certificates.run(directory, files.toString());
        byte[] authority = Files.readAllBytes(files.resolve("ca.crt"));
        X509Certificate before = read(files.resolve("gateway-etcd-tls/tls.crt"));

        Certificates.run(directory, files.toString());

        assertThat(Files.readAllBytes(files.resolve("ca.crt"))).isEqualTo(authority);
        assertThat(read(files.resolve("gateway-etcd-tls/tls.crt"))).isNotEqualTo(before);
    }

    @Test
    void printsSecrets() throws IOException {
        String output =
                Certificates.run(directory, directory.resolve("printed").toString(), "--secrets");

        List<JsonNode> secrets = new ArrayList<>();
        try (var documents =
                new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(output)) {
            secrets.addAll(documents.readAll());
        }
        assertThat(secrets)
                .extracting(each -> each.at("/metadata/name").asText())
                .containsExactlyElementsOf(SECRETS);
        assertThat(secrets)
                .allMatch(each -> each.at("/metadata/namespace").asText().equals("edge"))
                .allMatch(each -> each.path("type").asText().equals("kubernetes.io/tls"))
                .allMatch(
                        each ->
                                each.path("data").has("ca.crt")
                                        && each.path("data").has("tls.key"));
    }

    /** The same Secrets, with the same names in them. */
    @Test
    void agreesWithCertManager() throws Exception {
        Certificates certificates = Certificates.in(Files.createDirectory(directory.resolve("x")));
        Map<String, JsonNode> specs = certManager();

        assertThat(specs.keySet()).containsAll(SECRETS);
        for (String secret : SECRETS) {
            JsonNode spec = requireNonNull(specs.get(secret));
            X509Certificate certificate = read(certificates.file(secret, "tls.crt"));
            assertThat(texts(spec.path("usages")).contains("server auth"))
                    .isEqualTo(certificate.getExtendedKeyUsage().contains(SERVER));
            assertThat(texts(spec.path("usages"))).contains("client auth");
            assertThat(spec.path("commonName").asText())
                    .isEqualTo(secret.equals("gateway-etcd-tls") ? "gateway" : "");
            if (secret.startsWith("etcd-")) {
                Set<String> names = texts(spec.path("dnsNames"));
                names.addAll(texts(spec.path("ipAddresses")));
                assertThat(names).isEqualTo(namesOf(certificate));
            }
            // the only form that Java reads
            assertThat(spec.at("/privateKey/encoding").asText()).isEqualTo("PKCS8");
        }
    }

    private static Map<String, JsonNode> certManager() throws IOException {
        Path file = Kustomization.MANIFESTS.resolve("edge/cert-manager.yaml");
        try (var documents =
                new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
            return documents.readAll().stream()
                    .filter(each -> each.path("kind").asText().equals("Certificate"))
                    .collect(
                            Collectors.toMap(
                                    each -> each.at("/spec/secretName").asText(),
                                    each -> each.path("spec")));
        }
    }

    private static Set<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> namesOf(X509Certificate certificate)
            throws GeneralSecurityException {
        return certificate.getSubjectAlternativeNames().stream()
                .map(each -> String.valueOf(each.get(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static X509Certificate read(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
