package dev.forwardguard.kubernetes;

import java.util.Locale;

/** How a list or watch ended; the values of the metric label {@code result}. */
enum ListWatchResult {
    /** Listed, or watched until the server ended the watch as requested. */
    OK("followed"),
    /** No connection, or it broke before the response. */
    UNREACHABLE("the API server cannot be reached"),
    /** No connection, response or event in time. */
    TIMEOUT("the API server does not respond"),
    /** The server's certificate is not signed by the CA, or is for another name. */
    TLS("the API server is not trusted: wrong CA, or a certificate for another name"),
    /** The client cannot be built: the kubeconfig or CA is missing or unreadable. */
    NO_ACCESS("there is no usable kubeconfig or CA"),
    /** The client key of the kubeconfig is encrypted, not a key, or of another algorithm. */
    CLIENT_KEY(
            "the client key of the kubeconfig is unusable: encrypted, or not for the certificate"),
    /** Without it no certificate is for the right name. */
    TLS_SERVER_NAME("tls-server-name in the kubeconfig is not supported"),
    /** Without it the request would go past the proxy. */
    PROXY_URL("proxy-url in the kubeconfig is not supported"),
    /** The token file is missing, empty, or does not contain a token. */
    NO_TOKEN("there is no usable service account token"),
    /** 401. */
    UNAUTHORIZED("the token is rejected (401)"),
    /** 403: the Role or its binding is missing, or the API server has not read them yet. */
    FORBIDDEN("list and watch are not permitted (403): check Role and RoleBinding"),
    /** 410: the revision to watch from is too old. */
    GONE("the revision is too old (410)"),
    /** 429. */
    THROTTLED("the API server throttles requests (429)"),
    /** 5xx, as a status or in an event. */
    SERVER_ERROR("the API server failed (5xx)"),
    /**
     * Any other status. A 404 is one of them: an API server answers a list with 200 and no items
     * even if there is no such namespace, so something else answers at its address.
     */
    BAD_STATUS("unexpected response status, possibly not an API server"),
    /** A watch broke, or ended too early. */
    CLOSED("watches end too early"),
    /** Not the JSON that an API server sends. */
    MALFORMED("the response is not the JSON of an API server"),
    /** Larger than any Secret can be. */
    TOO_LARGE("the response is too large"),
    /** A bug in the guard. */
    INTERNAL_ERROR("a bug in the guard");

    private final String label = name().toLowerCase(Locale.ROOT);
    private final String meaning;

    ListWatchResult(String meaning) {
        this.meaning = meaning;
    }

    static ListWatchResult ofStatus(int status) {
        return switch (status) {
            case 200 -> OK;
            case 401 -> UNAUTHORIZED;
            case 403 -> FORBIDDEN;
            case 410 -> GONE;
            case 429 -> THROTTLED;
            default -> status >= 500 && status <= 599 ? SERVER_ERROR : BAD_STATUS;
        };
    }

    /**
     * Returns the result for an event {@code ERROR}.
     *
     * @param code the code of the event's {@code Status}
     */
    static ListWatchResult ofError(int code) {
        ListWatchResult result = ofStatus(code);
        return result == OK ? BAD_STATUS : result;
    }

    String label() {
        return label;
    }

    /** The description for a log line. */
    String meaning() {
        return meaning;
    }

    /** Whether to list again at once, because that request will be different. */
    boolean retriesAtOnce() {
        return this == GONE || this == UNAUTHORIZED;
    }

    /** Whether a new client, built from the current files, could succeed. */
    boolean needsNewClient() {
        return this == TLS || this == UNAUTHORIZED;
    }
}
