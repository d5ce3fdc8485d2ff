package dev.forwardguard.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A CA, and the certificates of etcd and its clients, as PEM files in a directory. */
public final class EtcdCertificates {
    private static final String NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

    private final Path directory;
    private final Program openssl = Program.installed("openssl", "openssl");

    public EtcdCertificates(Path directory) {
        this.directory = directory;
        openssl("req -x509 -days 2 -keyout ca.key -out ca.crt -subj /CN=etcd-ca " + NEW_KEY);
        issue("server", "/CN=etcd", "serverAuth,clientAuth");
        issue("gateway", "/CN=gateway", "clientAuth");
        issue("tool", "/O=edge-routes", "clientAuth");
    }

    private void issue(String name, String subject, String usage) {
        openssl(
                "req -x509 -CA ca.crt -CAkey ca.key -days 2 -keyout %s.key -out %1$s.crt -subj %s %s"
                                .formatted(name, subject, NEW_KEY)
                        + " -addext basicConstraints=critical,CA:false -addext extendedKeyUsage="
                        + usage
                        + " -addext subjectAltName=IP:127.0.0.1,DNS:localhost");
    }

    private void openssl(String line) {
        List<String> arguments = new ArrayList<>();
        Arrays.stream(line.split(" "))
                .map(
                        each ->
                                each.matches("[a-z]+\\.(key|crt)")
                                        ? directory.resolve(each).toString()
                                        : each)
                .forEach(arguments::add);
        openssl.run(directory, arguments.toArray(String[]::new));
    }

    public Path ca() {
        return directory.resolve("ca.crt");
    }

    /**
     * A certificate: {@code server}, {@code gateway} (of that common name) or {@code tool} (of
     * none).
     */
    public Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }

    /** Its key, in PKCS#8. */
    public Path key(String name) {
        return directory.resolve(name + ".key");
    }
}
