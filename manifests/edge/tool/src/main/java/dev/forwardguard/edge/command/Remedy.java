package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Root;
import dev.forwardguard.edge.etcd.EtcdException;

import org.jspecify.annotations.Nullable;

/** One plain line for a failure of etcd: what is wrong, and what to do. */
final class Remedy {
    private static final String FULL =
            "etcd's database is full. Set --auto-compaction-retention, compact (etcdctl compact REVISION),"
                    + " defragment each member (etcdctl defrag --cluster), then clear the alarm (etcdctl alarm"
                    + " disarm)";

    private Remedy() {}

    static String of(EtcdException e, Root root, @Nullable String user) {
        return switch (e.failure()) {
            case UNREACHABLE -> "etcd does not answer: " + e.getMessage();
            case WRONG_PASSWORD -> "etcd refuses user and password of " + user;
            case NO_CREDENTIALS -> "etcd wants a login: set --user and --password-file";
            case TOKEN_REFUSED -> "etcd refuses the token of a new login: " + e.getMessage();
            case PERMISSION_DENIED ->
                    "etcd: permission denied. User %s needs a role with: etcdctl role grant-permission ROLE readwrite %s --prefix=true"
                            .formatted(user == null ? "(none)" : user, root.key());
            case FULL -> FULL;
            case TOO_MANY_OPERATIONS ->
                    "etcd takes fewer operations than --max-txn-ops says: set it to etcd's flag of that name";
            case TOO_LARGE ->
                    "etcd takes no request of this size: raise etcd's --max-request-bytes";
            case NAMED_CERTIFICATE ->
                    "the client certificate has a common name (CN), and etcd's JSON gateway refuses those: use one"
                            + " without, such as /O=edge-routes";
            case AUTHENTICATION_OFF ->
                    "authentication is off in etcd: edge-routes setup switches it on";
            case COMPACTED -> "etcd compacts faster than it can be read: try again";
            case UNREADABLE -> String.valueOf(e.getMessage());
            case EXISTS, MISSING, REFUSED -> "etcd refuses: " + e.getMessage();
        };
    }

    /** A limit of the server is a setting to change; everything else may go away by itself. */
    static ExitCode exitCode(EtcdException e) {
        return switch (e.failure()) {
            case TOO_MANY_OPERATIONS, TOO_LARGE -> ExitCode.INVALID;
            default -> ExitCode.UNREACHABLE;
        };
    }
}
