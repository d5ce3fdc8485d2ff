package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.etcd.EtcdException.Failure;
import dev.forwardguard.edge.etcd.Member.Reply;
import dev.forwardguard.edge.http.NoAnswer;

import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The JSON gateways of all members as one: a request goes to the member that answered last, then to
 * the others in turn, until one answers or the time is over. Logs in by itself.
 *
 * <p>Not for several threads at once.
 */
final class JsonGateway implements AutoCloseable {
    private static final int OK = 200;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final List<Member> members;
    private final @Nullable Credentials credentials;
    private final Duration perRequest;
    private int current;
    private @Nullable String token;
    private boolean authenticationOff;

    JsonGateway(EtcdAccess access) {
        members =
                access.endpoints().stream()
                        .map(each -> new Member(each, access.tls(), access.perTry()))
                        .toList();
        credentials = access.credentials();
        perRequest = access.perRequest();
    }

    /**
     * @param repeated whether an earlier try of this request was lost, so that etcd may have got it
     *     more than once
     */
    record Answer(JsonNode body, boolean repeated) {}

    /**
     * Sends a request that does no harm when it arrives twice.
     *
     * @throws EtcdException if etcd refuses it, or no member answers in time
     */
    Answer post(String path, JsonNode body) {
        long end = System.nanoTime() + perRequest.toNanos();
        logInUnlessDone(end);
        try {
            return tryMembers(member -> member.post(path, body, token), end);
        } catch (EtcdException e) {
            if (!wantsLogin(e)) {
                throw e;
            }
            token = null;
            authenticationOff = false;
            return e.mayBeDone() ? again(path, body, end) : loggedIn(path, body, end);
        }
    }

    private Answer loggedIn(String path, JsonNode body, long end) {
        logInUnlessDone(end);
        return tryMembers(member -> member.post(path, body, token), end);
    }

    private Answer again(String path, JsonNode body, long end) {
        try {
            return new Answer(loggedIn(path, body, end).body(), true);
        } catch (EtcdException e) {
            throw e.afterLostAnswer();
        }
    }

    /** Reads a page that needs no login. */
    JsonNode get(String path) {
        return tryMembers(member -> member.get(path), System.nanoTime() + perRequest.toNanos())
                .body();
    }

    /** Whether etcd has said that it knows no authentication now. */
    boolean isAuthenticationOff() {
        return authenticationOff;
    }

    private boolean wantsLogin(EtcdException e) {
        if (credentials == null) {
            return false;
        }
        return switch (e.failure()) {
            case TOKEN_REFUSED, NO_CREDENTIALS -> true;
            // with a client certificate, etcd takes its missing common name for a user
            case PERMISSION_DENIED -> token == null;
            default -> false;
        };
    }

    private void logInUnlessDone(long end) {
        if (credentials == null || token != null || authenticationOff) {
            return;
        }
        JsonNode login =
                Json.object(Map.of("name", credentials.user(), "password", credentials.password()));
        try {
            Answer answer =
                    tryMembers(member -> member.post("/v3/auth/authenticate", login, null), end);
            token = Json.text(answer.body(), "token");
        } catch (EtcdException e) {
            if (e.failure() != Failure.AUTHENTICATION_OFF) {
                throw new EtcdException(e.failure(), String.valueOf(e.getMessage()));
            }
            authenticationOff = true;
        }
    }

    private interface Try {
        Reply with(Member member) throws NoAnswer;
    }

    private Answer tryMembers(Try request, long end) {
        for (int tries = 1; ; tries++) {
            Member member = members.get(current);
            String trouble;
            try {
                Reply reply = request.with(member);
                if (reply.status() == OK && reply.body() != null) {
                    return new Answer(reply.body(), tries > 1);
                }
                trouble = temporary(reply);
            } catch (EtcdException e) {
                throw tries > 1 ? e.afterLostAnswer() : e;
            } catch (NoAnswer e) {
                trouble = String.valueOf(e.getMessage());
            }
            current = (current + 1) % members.size();
            Duration rest = tries % members.size() == 0 ? PAUSE : Duration.ZERO;
            if (System.nanoTime() + rest.toNanos() >= end) {
                throw new EtcdException(Failure.UNREACHABLE, member.endpoint() + ": " + trouble)
                        .afterLostAnswer();
            }
            pause(rest);
        }
    }

    private static String temporary(Reply reply) {
        if (reply.status() == OK) {
            return "an answer that is no JSON"; // not quoted: it may hold values
        }
        ErrorAnswer error = ErrorAnswer.of(reply);
        if (error.isTemporary()) {
            return error.message();
        }
        throw error.exception();
    }

    private static void pause(Duration rest) {
        try {
            Thread.sleep(rest);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EtcdException(Failure.UNREACHABLE, "interrupted");
        }
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }
}
