package dev.forwardguard.edge.heal;

/** etcd. */
@FunctionalInterface
public interface RouteStore {
    /**
     * Reads the routes as a majority of etcd's members has them.
     *
     * @throws HealException with {@link HealException.Reason#UNREACHABLE} if etcd does not answer,
     *     or refuses
     */
    Snapshot read();
}
