package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.RegularFile;

import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Response;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.regex.Pattern;

/**
 * Access from within the cluster, with the files that the kubelet mounts into each pod.
 *
 * @param address the API server's address, {@code https://host:port}
 * @param directory the directory with {@code token}, {@code ca.crt} and {@code namespace}
 */
record ServiceAccount(String address, Path directory) implements ClusterAccess {
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    /** Creates access to a host and port; puts an IPv6 address into brackets. */
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
                ApiServer.client(TlsTrust.of(ca), null)
                        .addInterceptor(new TokenInterceptor(token()))
                        .build());
    }

    @Override
    public String namespace() throws IOException {
        return new String(RegularFile.content(directory.resolve("namespace")), UTF_8).strip();
    }

    /**
     * Reads the token for each request: the kubelet replaces it about every hour by swapping a
     * symbolic link. Kubernetes' own client would keep an old token for a minute.
     */
    private record TokenInterceptor(Path file) implements Interceptor {
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
                String token = new String(RegularFile.content(file), UTF_8).strip();
                if (TOKEN.matcher(token).matches()) {
                    return token;
                }
            } catch (IOException | InvalidContentException e) {
                // like a missing token
            }
            throw new NoTokenException();
        }
    }

    /**
     * Thrown instead of sending a request without a token. The API server would treat it as
     * anonymous, so its response would say nothing about the guard's access.
     */
    static final class NoTokenException extends IOException {
        private static final long serialVersionUID = 1;
    }
}
