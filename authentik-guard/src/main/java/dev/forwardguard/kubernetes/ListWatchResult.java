package dev.forwardguard.kubernetes;

import java.util.Locale;

/** How a list or a watch ended; the label {@code result}. */
enum ListWatchResult {
    /** Listed, or watched until the server ended it in time. */
    OK("followed"),
    /** The Secret cannot be there: 404. */
    NOT_FOUND("the API server knows no such place (404)"),
    /** No connection, or it broke before the answer. */
    UNREACHABLE("the API server cannot be reached"),
    /** No connection, no answer or no word in time. */
    TIMEOUT("the API server is silent"),
    /** Its certificate is not signed by the CA, or is for somebody else. */
    TLS("the API server is not trusted: wrong CA, or a certificate for another name"),
    /** The client cannot be built: no kubeconfig, no CA, or one that cannot be read. */
    NO_ACCESS("there is no usable kubeconfig or CA"),
    /** That of a kubeconfig is encrypted, no key, or not of its certificate's kind. */
    CLIENT_KEY(
            "the client key of the kubeconfig is of no use: encrypted, or not the certificate's"),
    /** The token file is missing, empty or no token. */
    NO_TOKEN("there is no usable service account token"),
    /** 401. */
    UNAUTHORIZED("the token is refused (401)"),
    /** 403: the Role or its binding is missing. */
    FORBIDDEN("list and watch are not permitted (403): are Role and RoleBinding there?"),
    /** 410: the revision to watch from is too old. */
    GONE("the revision is too old (410)"),
    /** 429. */
    THROTTLED("the API server asks for patience (429)"),
    /** 5xx, as a status or as an event. */
    SERVER_ERROR("the API server has an error of its own"),
    /** Any other status. */
    BAD_STATUS("the answer is none of an API server"),
    /** A watch broke, or ended before it had settled. */
    CLOSED("watches are closed early"),
    /** Not the JSON of an API server. */
    MALFORMED("the answer is not the JSON of an API server"),
    /** More than any object of the API can have. */
    TOO_LARGE("the answer is too large"),
    /** A bug in the guard. */
    INTERNAL_ERROR("the guard failed on the answer");

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
            case 404 -> NOT_FOUND;
            case 410 -> GONE;
            case 429 -> THROTTLED;
            default -> status >= 500 && status <= 599 ? SERVER_ERROR : BAD_STATUS;
        };
    }

    /**
     * @param code of an event {@code ERROR}
     */
    static ListWatchResult ofError(int code) {
        ListWatchResult result = ofStatus(code);
        return result == OK ? BAD_STATUS : result;
    }

    String label() {
        return label;
    }

    /** For a log line. */
    String meaning() {
        return meaning;
    }

    /** Whether the next list need not wait: it will be another question. */
    boolean atOnce() {
        return this == GONE || this == UNAUTHORIZED;
    }

    /** Whether another client, built from the files as they are now, may fare better. */
    boolean needsNewClient() {
        return this == TLS || this == UNAUTHORIZED;
    }
}
