package dev.forwardguard.kubernetes;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The fields that the guard reads from an object of the API server: a Secret, a list of Secrets, or
 * a {@code Status}.
 *
 * @param kind the object's kind; null for items of a list
 * @param name {@code metadata.name}
 * @param revision {@code metadata.resourceVersion}, opaque
 * @param code the code of a {@code Status}; otherwise 0
 * @param content the value in {@code data} under the configured key, still base64; confidential
 * @param items the items of a list
 */
record ApiObject(
        @Nullable String kind,
        @Nullable String name,
        @Nullable String revision,
        int code,
        @Nullable String content,
        List<ApiObject> items) {

    /** Omits the content. */
    @Override
    public String toString() {
        return "ApiObject[" + kind + " " + name + " at " + revision + "]";
    }
}
