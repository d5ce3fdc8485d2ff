package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.credentials.Authentication;

import okhttp3.Interceptor;
import okhttp3.Response;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The way from within the cluster: what the kubelet mounts into each pod.
 *
 * @param address of the API server, {@code https://host:port}
 * @param directory with {@code token}, {@code ca.crt} and {@code namespace}
 */
record ServiceAccount(String address, Path directory) implements Access {
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    static ServiceAccount at(String host, String port, Path directory) {
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return new ServiceAccount("https://" + literal + ":" + port, directory);
    }

    @Override
    public Path file() {
        return directory.resolve("ca.crt");
    }

    Path token() {
        return directory.resolve("token");
    }

    @Override
    public ClientBuilder client(byte[] ca) {
        return new ClientBuilder()
                .setBasePath(address)
                .setCertificateAuthority(ca)
                .setAuthentication(new TokenOfTheMoment(token()));
    }

    @Override
    public String namespace() throws IOException {
        return Files.readString(directory.resolve("namespace")).strip();
    }

    /**
     * Reads the token for each request: the kubelet replaces it every hour or so, by swapping a
     * symbolic link. The client's own would keep an old one for a minute.
     */
    private record TokenOfTheMoment(Path file) implements Authentication, Interceptor {
        @Override
        public void provide(ApiClient client) {
            client.setHttpClient(client.getHttpClient().newBuilder().addInterceptor(this).build());
        }

        @Override
        public Response intercept(Chain chain) throws IOException {
            return chain.proceed(
                    chain.request()
                            .newBuilder()
                            .header("Authorization", "Bearer " + read())
                            .build());
        }

        private String read() throws NoTokenException {
            try {
                String token = new String(Files.readAllBytes(file), UTF_8).strip();
                if (TOKEN.matcher(token).matches()) {
                    return token;
                }
            } catch (IOException e) {
                // the same as none
            }
            throw new NoTokenException();
        }
    }

    /** Without a token the API server would be asked anonymously, which says nothing about it. */
    static final class NoTokenException extends IOException {
        private static final long serialVersionUID = 1;
    }
}
