package dev.forwardguard.manifests.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** authentik-guard with the environment and the files that it has in a pod. */
final class FollowingGuard implements AutoCloseable {
    /** A watch lasts up to a minute, so the guard may take that long to notice something. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern IN_FORCE = Pattern.compile("In force: ");

    private final GuardProcess guard;

    private FollowingGuard(GuardProcess guard) {
        this.guard = guard;
    }

    /**
     * Starts it, and waits until it has read the Secret.
     *
     * @param mounted the directory with the token
     * @param grace how long the users stay valid without a Secret
     * @param first a login of a user in the Secret
     */
    static FollowingGuard start(
            Path directory, ApiServer server, Path mounted, Duration grace, Login first) {
        Map<String, String> variables =
                Map.of(
                        "GUARD_HTPASSWD_SOURCE", "secret",
                        "GUARD_SERVICE_ACCOUNT", mounted.toString(),
                        "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                        "KUBERNETES_SERVICE_PORT", String.valueOf(server.port()),
                        "KUBECONFIG", "");
        String settings =
                "mode: fallback\nemergency: {deletion-grace: %ds}\n".formatted(grace.toSeconds());
        var process = GuardProcess.startWith("authentik-guard", directory, settings, variables);
        var guard = new FollowingGuard(process);
        try {
            process.awaitHealthy();
            guard.awaitAccepted(first);
            return guard;
        } catch (AssertionError e) {
            guard.close();
            throw e;
        }
    }

    int port() {
        return guard.port();
    }

    /** The status that it answers to this login. */
    int status(Login login) {
        try {
            return login.statusAt(guard.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens a page with this login, and returns the cookie of its session; empty if there is none.
     */
    Optional<String> signIn(Login login) {
        try {
            return login.openAt(guard.port())
                    .header("Set-Cookie")
                    .map(set -> set.substring(0, set.indexOf(';')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status that it answers to a request with this cookie and without a login. */
    int statusWith(String cookie) {
        try {
            return RawHttp.to(guard.port()).ask(Login.anonymous().with("Cookie", cookie)).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code /status} says of emergency sessions. */
    String sessions() {
        return field("sessions");
    }

    /** Waits until this login works. */
    void awaitAccepted(Login login) {
        await("login of " + login, () -> status(login) == 200);
    }

    /** Waits, without any pause, until a new password works and the old one does not. */
    void awaitRotation(Login before, Login after) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (status(after) != 200 || status(before) != 401) {
            if (System.nanoTime() > end) {
                throw new AssertionError(before + " and not " + after + " is in force:\n" + log());
            }
        }
    }

    /** Waits until {@code /status} says this of the connection to the API server. */
    void awaitContact(String contact) {
        await("contact " + contact, () -> contact().equals(contact));
    }

    void await(String what, BooleanSupplier condition) {
        guard.process().await(what, PATIENCE, condition);
    }

    /** What {@code /status} says of the connection to the API server. */
    String contact() {
        return field("contact");
    }

    /** Since when the present users are in force, as {@code /status} says it. */
    String since() {
        return field("since");
    }

    /** When the API server last said what the Secret contains, changed or not. */
    String confirmed() {
        return field("confirmed");
    }

    /** Why the newest Secret is not in force, as {@code /status} says it; empty if it is. */
    String refused() {
        return field("refused");
    }

    private String field(String name) {
        try {
            return JSON.readTree(management("/status")).at("/credentials/" + name).asText();
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** How many lists and watches have ended so. */
    double reads(String result) {
        var value =
                Pattern.compile(
                                "(?m)^guard_credentials_reads_total\\{.*result=\"%s\".*} (\\S+)$"
                                        .formatted(result))
                        .matcher(management("/prometheus"));
        if (!value.find()) {
            throw new AssertionError("no result " + result);
        }
        return Double.parseDouble(value.group(1));
    }

    private String management(String path) {
        try {
            return RawHttp.to(guard.managementPort()).ask(RawRequest.get(path)).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many log lines say that other users are in force. */
    long linesInForce() {
        return IN_FORCE.matcher(guard.process().output()).results().count();
    }

    /** Its log so far. */
    String log() {
        return guard.process().output();
    }

    @Override
    public void close() {
        guard.close();
    }
}
