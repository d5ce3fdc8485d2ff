package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.kubernetes.kubeconfig.KubeConfigFile;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.ImageJvm;
import dev.forwardguard.time.Ticker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What an API server, or a kubeconfig, would say to end the guard. */
class HostileApiServerTest {
    private static final int HELD_MEBIBYTES = 14;

    /** As large as a response may be, of parts as small as they may be. */
    enum Content {
        ITEMS("{\"items\":[", "{},", "{}]}", "malformed"),
        NAMED_ITEMS("{\"items\":[", "{\"metadata\":{\"name\":\"a\"}},", "{}]}", "malformed"),
        NESTED_LISTS("{\"items\":", "[", "", "malformed"),
        NESTED_ITEMS("", "{\"items\":[", "", "malformed"),
        NESTED_OBJECTS("", "{\"a\":", "", "malformed"),
        NUMBERS("{\"items\":[", "1,", "1]}", "malformed"),
        SAME_KEYS("{", "\"a\":1,", "\"a\":1}", "malformed"),
        DATA("{\"data\":{", "\"a\":\"\",", "\"a\":\"\"}}", "malformed"),
        LONG_KIND("{\"kind\":\"", "a", "\"}", "null at null without content"),
        LONG_KEY("{\"", "a", "\":1}", "malformed"),
        LONG_NUMBER("{\"code\":", "1", "}", "malformed"),
        LONG_NAME(
                "{\"metadata\":{\"resourceVersion\":\"1\",\"name\":\"",
                "a",
                "\"}}",
                "null at 1 without content"),
        LONG_REVISION(
                "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"",
                "a",
                "\"}}",
                "a at null without content"),
        DISTINCT_KEYS("{" + distinct() + "\"a\":1}", "malformed"),
        DISTINCT_DATA("{\"data\":{" + distinct() + "\"a\":1}}", "malformed"),
        LARGEST_SECRET(secret(), "a at 1 with content");

        private final String text;
        private final String becomes;

        Content(String beginning, String part, String end, String becomes) {
            this(
                    beginning + part.repeat((SecretApi.MAX_BYTES - 100) / part.length()) + end,
                    becomes);
        }

        Content(String text, String becomes) {
            assertThat(text.length()).isLessThan(SecretApi.MAX_BYTES);
            this.text = text;
            this.becomes = becomes;
        }

        private static String distinct() {
            var text = new StringBuilder();
            for (int i = 0; text.length() < SecretApi.MAX_BYTES - 100; i++) {
                text.append('"').append(Integer.toString(i, 36)).append("\":1,");
            }
            return text.toString();
        }

        private static String secret() {
            String users = Passwords.line("alice", "a password") + "#\n".repeat((1 << 19) - 30);
            return "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1\"},\"data\":{\"htpasswd\":\""
                    + Base64.getEncoder().encodeToString(users.getBytes(UTF_8))
                    + "\"}}";
        }
    }

    private static final List<String> KUBECONFIGS =
            List.of("a: 1\n", "- a\n", "- \n", "[", "a: &b c\n", "? [a, b]\n: c\n", "%TAG !a! b\n");

    @TempDir private Path directory;

    /** Prints what becomes of each response and kubeconfig in a directory. */
    public static void main(String[] arguments) throws Exception {
        List<byte[]> held = new ArrayList<>();
        for (int i = 0; i < HELD_MEBIBYTES * 16; i++) {
            held.add(new byte[64 << 10]);
        }
        LiveValue<?> value = Passwords.liveValue();
        try (var secret =
                        new SecretContent(
                                new SecretPart("htpasswd", value, false),
                                () -> Duration.ofDays(1),
                                Ticker.system(),
                                Duration.ofDays(1));
                Stream<Path> files = Files.list(Path.of(arguments[0])).sorted()) {
            for (Path file : files.toList()) {
                boolean kubeconfig = file.toString().endsWith(".kubeconfig");
                String became = kubeconfig ? kubeconfig(file) : response(file, secret);
                System.out.println(file.getFileName() + ": " + became);
            }
        }
        System.out.println(value.get() + " beside " + held.size() / 16 + " MiB");
    }

    private static String response(Path file, SecretContent secret) throws IOException {
        try {
            ApiObject object = new ApiJson(Set.of("htpasswd")).object(Files.readAllBytes(file));
            secret.present(object);
            return object.name()
                    + " at "
                    + object.revision()
                    + (object.data().isEmpty() ? " without content" : " with content");
        } catch (ListWatchException e) {
            return e.result().label();
        }
    }

    private static String kubeconfig(Path file) {
        try {
            return "server " + factory(file).server().address();
        } catch (ListWatchException e) {
            return e.result().label();
        }
    }

    private static KubernetesClientFactory factory(Path file) {
        return new KubernetesClientFactory(new KubeConfigFile(file), WatchTimings.DEFAULT);
    }

    @Test
    void heapOfTheImageReadsEveryHostileResponse() throws Exception {
        Path contents = Files.createDirectory(directory.resolve("contents"));
        for (Content content : Content.values()) {
            Files.writeString(contents.resolve(content.name()), content.text);
        }

        ImageJvm.Ended ended =
                ImageJvm.run("36m", directory, HostileApiServerTest.class, contents.toString());

        for (Content content : Content.values()) {
            assertThat(ended.output()).contains(content + ": " + content.becomes);
        }
        assertThat(ended.output())
                .contains("Optional[Htpasswd[users=1, rejectedLines=0]] beside 14 MiB");
        assertThat(ended.status()).isZero();
    }

    @Test
    void heapOfTheImageReadsEveryHostileKubeconfig() throws Exception {
        Path contents = Files.createDirectory(directory.resolve("contents"));
        for (int i = 0; i < KUBECONFIGS.size(); i++) {
            String part = KUBECONFIGS.get(i);
            Files.writeString(
                    contents.resolve(i + ".kubeconfig"), part.repeat((1 << 20) / part.length()));
        }

        Files.writeString(contents.resolve("many.kubeconfig"), contexts(300));

        ImageJvm.Ended ended =
                ImageJvm.run("36m", directory, HostileApiServerTest.class, contents.toString());

        assertThat(ended.output()).contains("many.kubeconfig: server https://api.example/");
        for (int i = 0; i < KUBECONFIGS.size(); i++) {
            assertThat(ended.output()).contains(i + ".kubeconfig: no_access");
        }
        assertThat(ended.status()).isZero();
    }

    /** A kubeconfig that is not hostile, only long. */
    private static String contexts(int number) {
        var contexts = new StringBuilder("apiVersion: v1\ncurrent-context: c7\ncontexts:\n");
        var clusters = new StringBuilder("clusters:\n");
        var users = new StringBuilder("users:\n");
        for (int i = 0; i < number; i++) {
            contexts.append(
                    "- name: c%1$d\n  context: {cluster: k%1$d, user: u%1$d}\n".formatted(i));
            clusters.append("- name: k%d\n  cluster: {server: https://api.example}\n".formatted(i));
            users.append("- name: u%d\n  user: {token: %s}\n".formatted(i, "t".repeat(1_000)));
        }
        return contexts.append(clusters).append(users).toString();
    }

    @Test
    void neverOpensFifo() throws Exception {
        Path fifo = directory.resolve("config");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        var results = new LinkedBlockingQueue<String>();

        Thread.ofPlatform().daemon().start(() -> results.add(kubeconfig(fifo)));

        assertThat(results.poll(10, TimeUnit.SECONDS)).isEqualTo("no_access");
    }
}
