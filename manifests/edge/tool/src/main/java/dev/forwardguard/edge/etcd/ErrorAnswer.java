package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.etcd.EtcdException.Failure;
import dev.forwardguard.edge.etcd.Member.Reply;

import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * An answer of the JSON gateway with another status than 200. etcd 3.4 answers {@code {"error",
 * "message", "code"}}, later versions {@code {"code", "message"}}; some refusals are plain text,
 * and a proxy in between answers anything.
 *
 * <p>Failures are told apart by their texts (etcd, api/v3rpc/rpctypes/error.go), because several
 * share one code.
 */
record ErrorAnswer(int status, String message) {
    private static final int UNAUTHORIZED = 401;
    private static final int MOST_CHARACTERS = 300;

    static ErrorAnswer of(Reply reply) {
        String text =
                text(reply.body(), "message")
                        .or(() -> text(reply.body(), "error"))
                        .orElse(reply.text());
        String line = text.replaceAll("\\p{Cntrl}", " ").strip();
        String start = line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS) : line;
        return new ErrorAnswer(
                reply.status(), start.isEmpty() ? "HTTP status " + reply.status() : start);
    }

    private static Optional<String> text(@Nullable JsonNode body, String field) {
        JsonNode value = body != null && body.isObject() ? body.get(field) : null;
        if (value == null || !value.isString() || value.getStringValue().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(value.getStringValue());
    }

    /** Whether another member, or the same one later, may answer the same request. */
    boolean isTemporary() {
        return failure() == Failure.UNREACHABLE;
    }

    EtcdException exception() {
        return new EtcdException(failure(), message);
    }

    private Failure failure() {
        if (has("authentication failed, invalid user ID or password")) {
            return Failure.WRONG_PASSWORD;
        }
        if (has("user name is empty")) {
            return Failure.NO_CREDENTIALS;
        }
        if (has("CommonName of client sending a request against gateway")) {
            return Failure.NAMED_CERTIFICATE;
        }
        if (has("authentication is not enabled")) {
            return Failure.AUTHENTICATION_OFF;
        }
        if (has("permission denied")) {
            return Failure.PERMISSION_DENIED;
        }
        if (status == UNAUTHORIZED
                || has("invalid auth token")
                || has("revision of auth store is old")) {
            return Failure.TOKEN_REFUSED;
        }
        return ofContent();
    }

    private Failure ofContent() {
        if (has("database space exceeded")) {
            return Failure.FULL;
        }
        if (has("too many operations in txn request")) {
            return Failure.TOO_MANY_OPERATIONS;
        }
        // the second is gRPC's, before etcd sees the request
        if (has("request is too large") || has("larger than max")) {
            return Failure.TOO_LARGE;
        }
        if (has("required revision has been compacted")) {
            return Failure.COMPACTED;
        }
        if (has("already exists") || has("is already granted")) {
            return Failure.EXISTS;
        }
        if (has("user name not found") || has("role name not found")) {
            return Failure.MISSING;
        }
        return status >= 500 || has("too many requests") ? Failure.UNREACHABLE : Failure.REFUSED;
    }

    private boolean has(String text) {
        return message.contains(text);
    }
}
