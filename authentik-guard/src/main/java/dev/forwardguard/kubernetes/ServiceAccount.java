package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Response;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.regex.Pattern;

/**
 * The way from within the cluster: what the kubelet mounts into each pod.
 *
 * @param address of the API server, {@code https://host:port}
 * @param directory with {@code token}, {@code ca.crt} and {@code namespace}
 */
record ServiceAccount(String address, Path directory) implements ClusterAccess {
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
    public ApiServer server(byte[] ca) throws IOException, GeneralSecurityException {
        return new ApiServer(
                HttpUrl.get(address),
                Headers.of(),
                ApiServer.client(TlsTrust.in(ca), null)
                        .addInterceptor(new TokenOfTheMoment(token()))
                        .build());
    }

    @Override
    public String namespace() throws IOException {
        return Files.readString(directory.resolve("namespace")).strip();
    }

    /**
     * Reads the token for each request: the kubelet replaces it every hour or so, by swapping a
     * symbolic link. Kubernetes' own client would keep an old one for a minute.
     */
    private record TokenOfTheMoment(Path file) implements Interceptor {
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
