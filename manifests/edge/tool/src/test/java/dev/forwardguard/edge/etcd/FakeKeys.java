package dev.forwardguard.edge.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.json.tree.JsonNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keys and transactions as etcd has them, in memory. */
public final class FakeKeys {
    private final NavigableMap<String, Stored> keys = new TreeMap<>();
    private final List<SortedMap<String, String>> history = new ArrayList<>();
    private final Map<Long, NavigableMap<String, Stored>> revisions = new HashMap<>();
    private long revision = 1;
    private int mostOperations = Integer.MAX_VALUE;

    public synchronized void limitOperations(int most) {
        mostOperations = most;
    }

    public synchronized void put(String key, String value) {
        keys.put(key, new Stored(value, ++revision));
        remember();
    }

    private void remember() {
        revisions.put(revision, new TreeMap<>(keys));
    }

    public synchronized void delete(String key) {
        keys.remove(key);
        revision++;
        remember();
    }

    public synchronized long revision() {
        return revision;
    }

    /** All values. */
    public synchronized SortedMap<String, String> values() {
        SortedMap<String, String> values = new TreeMap<>();
        keys.forEach((key, stored) -> values.put(key, stored.value()));
        return values;
    }

    /** All values after each transaction that was written. */
    public synchronized List<SortedMap<String, String>> history() {
        return List.copyOf(history);
    }

    synchronized String range(JsonNode request) {
        assertThat(FakeEtcd.fields(request)).isSubsetOf("key", "range_end", "limit", "revision");
        long past = Json.number(request, "revision");
        assertThat(past).isLessThanOrEqualTo(revision);
        SortedMap<String, Stored> found =
                select(past == 0 ? keys : revisions.getOrDefault(past, keys), request);
        long limit = Json.number(request, "limit");
        List<String> parts = new ArrayList<>();
        found.forEach((key, stored) -> parts.add(json(key, stored)));
        boolean more = limit > 0 && parts.size() > limit;
        List<String> page = more ? parts.subList(0, (int) limit) : parts;
        return "{\"header\": {\"revision\": \"%d\"}, \"kvs\": [%s]%s}"
                .formatted(revision, String.join(",", page), more ? ", \"more\": true" : "");
    }

    private static SortedMap<String, Stored> select(
            NavigableMap<String, Stored> all, JsonNode request) {
        String from = Json.decoded(request, "key");
        String end = Json.decoded(request, "range_end");
        return end.isEmpty() ? all.subMap(from, from + '\0') : all.subMap(from, end);
    }

    private static String json(String key, Stored stored) {
        return "{\"key\": \"%s\", \"value\": \"%s\", \"mod_revision\": \"%d\"}"
                .formatted(Json.base64(key), Json.base64(stored.value()), stored.modRevision());
    }

    synchronized String txn(JsonNode request) {
        assertThat(FakeEtcd.fields(request)).isSubsetOf("compare", "success");
        List<JsonNode> compare = Json.list(request, "compare");
        List<JsonNode> success = Json.list(request, "success");
        assertThat(Math.max(compare.size(), success.size())).isLessThanOrEqualTo(mostOperations);
        if (!compare.stream().allMatch(this::holds)) {
            return "{\"header\": {\"revision\": \"%d\"}}".formatted(revision);
        }
        revision++;
        Set<String> touched = new HashSet<>();
        success.forEach(each -> touched.add(write(each)));
        assertThat(touched).as("no key twice").hasSameSizeAs(success);
        history.add(values());
        remember();
        return "{\"header\": {\"revision\": \"%d\"}, \"succeeded\": true}".formatted(revision);
    }

    /** Whether a transaction would be refused for its size; etcd says it with an error. */
    synchronized boolean isTooLarge(JsonNode request) {
        return Math.max(Json.list(request, "compare").size(), Json.list(request, "success").size())
                > mostOperations;
    }

    private boolean holds(JsonNode compare) {
        SortedMap<String, Stored> found = select(keys, compare);
        if (Json.text(compare, "target").equals("CREATE")) {
            assertThat(FakeEtcd.fields(compare))
                    .containsExactlyInAnyOrder("target", "result", "key", "create_revision");
            assertThat(Json.text(compare, "result")).isEqualTo("GREATER");
            assertThat(Json.text(compare, "create_revision")).isEqualTo("0");
            return !found.isEmpty();
        }
        assertThat(FakeEtcd.fields(compare))
                .isSubsetOf("target", "result", "key", "range_end", "mod_revision");
        assertThat(Json.text(compare, "target")).isEqualTo("MOD");
        long bound = Json.number(compare, "mod_revision");
        return switch (Json.text(compare, "result")) {
            case "EQUAL" ->
                    found.isEmpty()
                            ? bound == 0
                            : found.values().stream().allMatch(each -> each.modRevision() == bound);
            case "LESS" -> found.values().stream().allMatch(each -> each.modRevision() < bound);
            default -> throw new AssertionError("no such result: " + compare);
        };
    }

    private String write(JsonNode operation) {
        String kind = FakeEtcd.fields(operation).getFirst();
        JsonNode request = operation.get(kind);
        String key = Json.decoded(request, "key");
        switch (kind) {
            case "request_put" -> {
                assertThat(FakeEtcd.fields(request)).containsExactlyInAnyOrder("key", "value");
                keys.put(key, new Stored(Json.decoded(request, "value"), revision));
            }
            case "request_delete_range" -> {
                assertThat(FakeEtcd.fields(request)).containsExactly("key");
                assertThat(keys.remove(key)).as("deleted key").isNotNull();
            }
            default -> throw new AssertionError("no such operation: " + kind);
        }
        return key;
    }
}
