package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.etcd.EtcdException.Failure;
import dev.forwardguard.edge.etcd.JsonGateway.Answer;

import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A key-value database: its keys, transactions and accounts. Not for several threads at once. */
public final class Etcd implements AutoCloseable {
    private static final int PAGE = 500;

    /** Twenty keys for each of 10,000 routers. */
    private static final int MOST_KEYS = 200_000;

    private static final int READINGS = 3;

    private final JsonGateway gateway;

    public Etcd(EtcdAccess access) {
        gateway = new JsonGateway(access);
    }

    /**
     * Reads the keys from {@code key} to before {@code end}, in pages, all at one revision.
     *
     * @throws EtcdException if etcd refuses, does not answer, has more than 200,000 such keys, or
     *     one that is not UTF-8
     */
    public Range range(String key, String end) {
        for (int reading = 1; ; reading++) {
            try {
                return pages(key, end);
            } catch (EtcdException e) {
                // compacted between two pages: begin again at the current revision
                if (e.failure() != Failure.COMPACTED || reading == READINGS) {
                    throw e;
                }
            }
        }
    }

    private Range pages(String key, String end) {
        NavigableMap<String, Stored> keys = new TreeMap<>();
        long revision = 0;
        String from = key;
        while (true) {
            JsonNode page = page(from, end, revision);
            List<JsonNode> found = Json.list(page, "kvs");
            int before = keys.size();
            found.forEach(each -> keys.put(Json.decodedKey(each, "key"), stored(each)));
            revision = revision == 0 ? revision(page) : revision;
            if (!Json.isTrue(page, "more")) {
                return new Range(revision, keys);
            }
            if (keys.size() == before) {
                throw new EtcdException(Failure.REFUSED, "it gives the same keys again and again");
            }
            if (keys.size() > MOST_KEYS) {
                throw new EtcdException(
                        Failure.REFUSED, "more than " + MOST_KEYS + " keys from " + key);
            }
            from = Json.decodedKey(found.getLast(), "key") + '\0';
        }
    }

    private JsonNode page(String from, String end, long revision) {
        Map<String, Object> request = new HashMap<>();
        request.put("key", Json.base64(from));
        request.put("range_end", Json.base64(end));
        request.put("limit", (long) PAGE);
        if (revision > 0) {
            request.put("revision", revision);
        }
        return gateway.post("/v3/kv/range", Json.object(request)).body();
    }

    /** Reads one key; null if there is none. */
    public @Nullable Stored get(String key) {
        JsonNode answer =
                gateway.post("/v3/kv/range", Json.object(Map.of("key", Json.base64(key)))).body();
        List<JsonNode> found = Json.list(answer, "kvs");
        return found.isEmpty() ? null : stored(found.getFirst());
    }

    private static Stored stored(JsonNode keyValue) {
        return new Stored(Json.decoded(keyValue, "value"), Json.number(keyValue, "mod_revision"));
    }

    /** Every answer of etcd has one; without it, it would look like an empty tree. */
    private static long revision(JsonNode answer) {
        JsonNode header = answer.get("header");
        long revision = header == null ? 0 : Json.number(header, "revision");
        if (revision <= 0) {
            throw Json.wrong("header");
        }
        return revision;
    }

    /**
     * Writes a transaction. It must have comparisons that fail once it is written, since it may be
     * sent again when an answer does not come.
     */
    public Transaction.Outcome commit(Transaction transaction) {
        Answer answer = gateway.post("/v3/kv/txn", transaction.json());
        try {
            return new Transaction.Outcome(
                    Json.isTrue(answer.body(), "succeeded"),
                    revision(answer.body()),
                    answer.repeated());
        } catch (EtcdException e) {
            throw e.afterLostAnswer(); // an answer that cannot be read is as good as none
        }
    }

    /**
     * The version of the member that answered last, such as {@code 3.7.3}; asked without a login.
     */
    public String version() {
        return Json.text(gateway.get("/version"), "etcdserver");
    }

    /** Whether everybody may read and write everything. Known after the first request. */
    public boolean isAuthenticationOff() {
        return gateway.isAuthenticationOff();
    }

    /** Users, roles and their permissions. */
    public Accounts accounts() {
        return new Accounts(gateway);
    }

    @Override
    public void close() {
        gateway.close();
    }
}
