package dev.forwardguard.edge.etcd;

import io.micronaut.json.tree.JsonNode;

import java.util.Map;

/**
 * A condition of a transaction, on the revision that wrote a key last, or first; 0 if there is no
 * key.
 */
public sealed interface Comparison {
    /** The key was written by this revision; with 0, that there is no such key. */
    record Unchanged(String key, long modRevision) implements Comparison {}

    /** No key from {@code key} to before {@code end} was written after this revision. */
    record NothingNewer(String key, String end, long revision) implements Comparison {}

    /** The key is there, whatever wrote it. */
    record Present(String key) implements Comparison {}

    /** The form of the JSON gateway. */
    default JsonNode json() {
        return switch (this) {
            case Unchanged one ->
                    Json.object(
                            Map.of(
                                    "target",
                                    "MOD",
                                    "result",
                                    "EQUAL",
                                    "key",
                                    Json.base64(one.key()),
                                    "mod_revision",
                                    one.modRevision()));
            case Present one ->
                    Json.object(
                            Map.of(
                                    "target",
                                    "CREATE",
                                    "result",
                                    "GREATER",
                                    "key",
                                    Json.base64(one.key()),
                                    "create_revision",
                                    0L));
            case NothingNewer range ->
                    Json.object(
                            Map.of(
                                    "target",
                                    "MOD",
                                    "result",
                                    "LESS",
                                    "key",
                                    Json.base64(range.key()),
                                    "range_end",
                                    Json.base64(range.end()),
                                    "mod_revision",
                                    range.revision() + 1));
        };
    }
}
