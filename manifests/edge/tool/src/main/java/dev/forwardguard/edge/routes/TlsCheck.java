package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.syntax.Pem;
import dev.forwardguard.edge.routes.syntax.PemException;

import java.util.Map;

/** Certificates with their keys, and TLS settings that do not go together. */
final class TlsCheck {
    /** The name of the key's field beside that of the certificate's. */
    private static final Map<String, String> PAIRS = Map.of("certFile", "keyFile", "cert", "key");

    private final Draft draft;

    private TlsCheck(Draft draft) {
        this.draft = draft;
    }

    static void run(Draft draft) {
        TlsCheck check = new TlsCheck(draft);
        draft.below("").forEach(check::pair);
        draft.objects().forEach(check::object);
    }

    private void pair(String key, String value) {
        int slash = key.lastIndexOf('/');
        String parent = key.substring(0, slash + 1);
        String field = key.substring(slash + 1);
        if (!Pem.isPem(value)) {
            return;
        }
        if (PAIRS.containsValue(field)) {
            requireCertificate(key, parent, field);
        } else if (PAIRS.containsKey(field)) {
            requireKey(key, parent + PAIRS.getOrDefault(field, ""), value);
        }
    }

    private void requireCertificate(String key, String parent, String keyField) {
        boolean beside =
                PAIRS.entrySet().stream()
                        .filter(pair -> pair.getValue().equals(keyField))
                        .anyMatch(pair -> draft.has(parent + pair.getKey()));
        if (!beside) {
            draft.problem(key, "has no certificate beside it");
        }
    }

    private void requireKey(String certificate, String key, String value) {
        String privateKey = draft.value(key).orElse("");
        if (privateKey.isEmpty()) {
            if (!draft.has(key)) {
                draft.problem(certificate, "has no private key beside it");
            }
            return;
        }
        try {
            Pem.requirePair(value, privateKey);
        } catch (PemException e) {
            draft.problem(key, e.reason());
        }
    }

    private void object(ObjectName object, Spot spot) {
        switch (object.kind()) {
            case OPTIONS -> {
                versions(spot.key());
                clientAuth(spot.key() + "/clientAuth");
            }
            case STORES -> store(object, spot);
            case SERVERS_TRANSPORTS -> serversTransport(spot.key());
            default -> {}
        }
    }

    private void versions(String key) {
        String min = draft.value(key + "/minVersion").orElse("");
        String max = draft.value(key + "/maxVersion").orElse(min);
        if (min.compareTo(max) > 0) {
            draft.problem(key + "/minVersion", "is above maxVersion");
        }
    }

    /** Traefik takes a missing maxVersion for 0 here (createTLSConfig in pkg/server/service). */
    private void serversTransport(String key) {
        versions(key);
        if (draft.has(key + "/minVersion") && !draft.has(key + "/maxVersion")) {
            draft.problem(
                    key + "/minVersion",
                    "needs maxVersion beside it, else Traefik ignores all TLS settings here");
        }
    }

    private void clientAuth(String key) {
        String type = draft.value(key + "/clientAuthType").orElse("");
        boolean verifies =
                type.equals("VerifyClientCertIfGiven") || type.equals("RequireAndVerifyClientCert");
        if (verifies && !draft.has(key + "/caFiles")) {
            draft.problem(key + "/clientAuthType", type + " needs caFiles");
        }
    }

    private void store(ObjectName object, Spot spot) {
        if (object.kind() == Kind.STORES && !object.name().equals("default")) {
            draft.problem(spot.problem("Traefik uses only the store default"));
        }
    }
}
