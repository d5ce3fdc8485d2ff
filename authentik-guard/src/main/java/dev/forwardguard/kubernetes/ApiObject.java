package dev.forwardguard.kubernetes;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What the guard reads of any object that the API server sends: a Secret, a list of them, or a
 * {@code Status}.
 *
 * @param kind as sent; items of a list have none
 * @param name {@code metadata.name}
 * @param revision {@code metadata.resourceVersion}, opaque
 * @param code of a {@code Status}; else 0
 * @param content the value in {@code data} under the key asked for, still base64: a secret
 * @param items of a list
 */
record ApiObject(
        @Nullable String kind,
        @Nullable String name,
        @Nullable String revision,
        int code,
        @Nullable String content,
        List<ApiObject> items) {

    /** Without the content. */
    @Override
    public String toString() {
        return "ApiObject[" + kind + " " + name + " at " + revision + "]";
    }
}
