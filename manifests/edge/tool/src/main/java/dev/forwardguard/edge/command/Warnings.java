package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Root;
import dev.forwardguard.edge.apply.Setup;
import dev.forwardguard.edge.apply.StoredTree;
import dev.forwardguard.edge.etcd.Accounts.Access;
import dev.forwardguard.edge.etcd.Accounts.Permission;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Supplier;

/** What works today, and will not some day. */
final class Warnings {
    private static final int MOST_KEYS = 10;

    private static final String AUTHENTICATION_OFF =
            "authentication is off in etcd: everybody who reaches it can change routes; edge-routes setup"
                    + " switches it on";

    private static final String AFTER_A_LOSS =
            "After a loss, gateways that were running before ignore what is new: restart them once all routes are"
                    + " applied, see manifests/edge/README.md, \"Restore\"";

    private Warnings() {}

    /**
     * Looks at etcd and its tree. What cannot be asked is not warned of.
     *
     * @param hasUser whether this program has logged in
     */
    static List<String> of(Etcd etcd, StoredTree tree, Root root, boolean hasUser) {
        List<String> warnings = new ArrayList<>(ofTree(tree, root));
        if (!hasUser || etcd.isAuthenticationOff()) {
            warnings.add(AUTHENTICATION_OFF);
            return warnings;
        }
        String version = asked("", etcd::version);
        if (version.startsWith("3.4.")) {
            warnings.add(
                    ("etcd %s: a gateway that logs in by password sees no changes after five minutes of"
                                    + " rest; take etcd 3.6 or later, or client certificates")
                            .formatted(version));
        }
        if (asked(false, () -> gatewaysCannotRead(etcd, root))) {
            warnings.add(
                    ("the role \"%s\" cannot read the prefix \"%s\" (without a slash), so gateways get"
                                    + " nothing: etcdctl role grant-permission %1$s read %2$s --prefix=true")
                            .formatted(Setup.GATEWAY, root.key()));
        }
        return warnings;
    }

    private static List<String> ofTree(StoredTree tree, Root root) {
        List<String> warnings = new ArrayList<>();
        loss(tree).ifPresent(warnings::add);
        if (tree.marker()) {
            warnings.add(
                    ("the key \"%s\" itself exists. With it, gateways keep deleted routes alive: etcdctl"
                                    + " del %1$s")
                            .formatted(root.key()));
        }
        NavigableSet<String> strays = tree.tree().strays();
        for (String key : strays.stream().limit(MOST_KEYS).toList()) {
            warnings.add(
                    ("the key \"%s\" belongs to nothing that Traefik knows: it is ignored, or freezes all"
                                    + " routes; --prune deletes it")
                            .formatted(root.prefix() + key));
        }
        if (strays.size() > MOST_KEYS) {
            warnings.add("and %d more such keys".formatted(strays.size() - MOST_KEYS));
        }
        return warnings;
    }

    /** Setup writes a canary, and each canary's number is at most the revision that wrote it. */
    private static Optional<String> loss(StoredTree tree) {
        if (tree.canary().isEmpty()) {
            return Optional.of(
                    "etcd has no canary: its data is lost, or edge-routes setup was never run. "
                            + AFTER_A_LOSS);
        }
        long canary = tree.canary().getAsLong();
        return canary > tree.revision()
                ? Optional.of(
                        "etcd is at revision %d, but its canary has %d: its data was lost or restored. %s"
                                .formatted(tree.revision(), canary, AFTER_A_LOSS))
                : Optional.empty();
    }

    private static boolean gatewaysCannotRead(Etcd etcd, Root root) {
        var needed = new Permission(Access.READ, root.key(), root.endOfPrefix());
        return etcd.accounts()
                .permissionsOf(Setup.GATEWAY)
                .map(all -> all.stream().noneMatch(each -> each.includes(needed)))
                .orElse(false);
    }

    /** Only root and members of a role may look at it, and a proxy may hide other things. */
    private static <T> T asked(T otherwise, Supplier<T> question) {
        try {
            return question.get();
        } catch (EtcdException _) {
            return otherwise;
        }
    }
}
