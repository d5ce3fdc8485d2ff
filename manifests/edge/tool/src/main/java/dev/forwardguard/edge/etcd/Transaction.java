package dev.forwardguard.edge.etcd;

import io.micronaut.json.tree.JsonNode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Writes that happen all or not at all. Keys are deleted one by one: etcd refuses a range that
 * covers a key that the same transaction puts.
 *
 * @param puts values by full key
 */
public record Transaction(
        List<Comparison> comparisons, SortedMap<String, String> puts, SortedSet<String> deletes) {
    public Transaction {
        comparisons = List.copyOf(comparisons);
        puts = Collections.unmodifiableSortedMap(new TreeMap<>(puts));
        deletes = Collections.unmodifiableSortedSet(new TreeSet<>(deletes));
    }

    /**
     * What came of a transaction.
     *
     * @param succeeded whether all comparisons held, so that it was written
     * @param revision of the database then
     * @param repeated whether etcd may have got it more than once; then a comparison may have
     *     failed because of the transaction itself
     */
    public record Outcome(boolean succeeded, long revision, boolean repeated) {}

    JsonNode json() {
        List<JsonNode> operations = new ArrayList<>();
        puts.forEach((key, value) -> operations.add(put(key, value)));
        deletes.forEach(key -> operations.add(delete(key)));
        Stream<JsonNode> conditions = comparisons.stream().map(Comparison::json);
        return Json.object(
                Map.of(
                        "compare",
                        Json.array(conditions.toList()),
                        "success",
                        Json.array(operations)));
    }

    private static JsonNode put(String key, String value) {
        var request = Map.of("key", Json.base64(key), "value", Json.base64(value));
        return Json.object(Map.of("request_put", Json.object(request)));
    }

    private static JsonNode delete(String key) {
        return Json.object(
                Map.of("request_delete_range", Json.object(Map.of("key", Json.base64(key)))));
    }

    /** Only numbers: values may be secrets. */
    @Override
    public String toString() {
        return "%d comparisons, %d puts, %d deletes"
                .formatted(comparisons.size(), puts.size(), deletes.size());
    }
}
