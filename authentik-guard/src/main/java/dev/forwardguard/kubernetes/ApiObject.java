package dev.forwardguard.kubernetes;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields that the guard reads from an object of the API server: a Secret, a list of Secrets, or
 * a {@code Status}.
 *
 * @param kind the object's kind; null for items of a list
 * @param name {@code metadata.name}
 * @param revision {@code metadata.resourceVersion}, opaque
 * @param code the code of a {@code Status}; otherwise 0
 * @param data the values in {@code data} under the configured keys, still base64; confidential
 * @param others the keys in {@code data} that other tools use for an htpasswd file
 * @param items the items of a list
 */
record ApiObject(
        @Nullable String kind,
        @Nullable String name,
        @Nullable String revision,
        int code,
        Map<String, String> data,
        Set<String> others,
        List<ApiObject> items) {

    /** Omits the data. */
    @Override
    public String toString() {
        return "ApiObject[" + kind + " " + name + " at " + revision + "]";
    }
}
