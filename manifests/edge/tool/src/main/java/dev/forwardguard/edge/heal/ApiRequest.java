package dev.forwardguard.edge.heal;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * A request to the API server.
 *
 * @param resource as a Role names it, such as {@code pods/log}
 * @param path with the query
 * @param body null if it has none
 */
record ApiRequest(Verb verb, String resource, String path, @Nullable JsonNode body) {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int LONGEST_LINE = 400;

    /** As a Role names them. */
    enum Verb {
        GET,
        LIST,
        CREATE,
        PATCH,
        DELETE;

        /** Whether it does nothing more when it arrives twice. */
        boolean isRepeatable() {
            return this == GET || this == LIST || this == DELETE;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    ApiRequest(Verb verb, String resource, String path) {
        this(verb, resource, path, null);
    }

    MutableHttpRequest<?> http() {
        if (body == null) {
            return verb == Verb.DELETE ? HttpRequest.DELETE(path) : HttpRequest.GET(path);
        }
        byte[] json = Json.write(body);
        return switch (verb) {
            case CREATE -> HttpRequest.POST(path, json).contentType("application/json");
            case PATCH -> HttpRequest.PATCH(path, json).contentType("application/merge-patch+json");
            case DELETE -> HttpRequest.DELETE(path, json).contentType("application/json");
            case GET, LIST -> throw new IllegalStateException(verb + " with a body");
        };
    }

    /** The line for an answer with an error status and its message. */
    ApiException refused(int status, String message) {
        String what = "the API server refuses to " + verb + " " + resource;
        if (status == UNAUTHORIZED) {
            return new ApiException(
                    status, what + ": it does not know the token of the service account");
        }
        // not every 403 is the Role's: there are Pod Security and quotas, too
        if (status == FORBIDDEN && message.contains(" cannot " + verb + " resource ")) {
            return new ApiException(
                    status,
                    "%s: the Role of the service account needs the verb \"%s\" on \"%s\""
                            .formatted(what, verb, resource));
        }
        String reason = message.isEmpty() ? "status " + status : line(message);
        return new ApiException(status, what + ": " + reason);
    }

    /** A text of someone else as one line of a bounded length. */
    static String line(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
    }
}
