package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The certificates and keys of an API server, as files in a directory. */
public final class ClusterKeys {
    private static final String NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    private static final Pattern FILE = Pattern.compile("[a-z]+\\.(key|crt)");
    private static final String NAMES =
            "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc";

    private final Path directory;
    private final Program openssl = Program.installed("openssl", "openssl");
    private int authorities;

    ClusterKeys(Path directory) {
        this.directory = directory;
        renewAuthority();
        renewSigningKey();
    }

    /** The CA's certificate, as pods get it in {@code ca.crt}. */
    public Path ca() {
        return directory.resolve("ca.crt");
    }

    Path certificate() {
        return directory.resolve("serving.crt");
    }

    Path key() {
        return directory.resolve("serving.key");
    }

    /** Signs tokens of service accounts. */
    Path signingKey() {
        return directory.resolve("tokens.key");
    }

    /** Creates another CA and a certificate from it; the API server reads the CA when it starts. */
    public void renewAuthority() {
        openssl(
                "req -x509 -days 2 -keyout ca.key -out ca.crt " + NEW_KEY,
                "-subj /CN=test-ca-" + ++authorities);
        renewCertificate();
    }

    /** Issues another certificate; a running API server notices it by itself. */
    public void renewCertificate() {
        openssl(
                "req -x509 -CA ca.crt -CAkey ca.key -days 2 " + NEW_KEY,
                "-keyout new.key -out new.crt -subj /CN=kube-apiserver",
                "-addext basicConstraints=critical,CA:false -addext extendedKeyUsage=serverAuth",
                "-addext " + NAMES);
        replace("new.key", key());
        replace("new.crt", certificate());
    }

    /** Creates another key for tokens; after a restart the API server rejects all old ones. */
    public void renewSigningKey() {
        openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out tokens.key");
    }

    private void openssl(String... parts) {
        String[] arguments =
                Stream.of(String.join(" ", parts).split(" "))
                        .map(each -> FILE.matcher(each).matches() ? file(each) : each)
                        .toArray(String[]::new);
        openssl.run(directory, arguments);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void replace(String name, Path target) {
        try {
            Files.move(directory.resolve(name), target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
