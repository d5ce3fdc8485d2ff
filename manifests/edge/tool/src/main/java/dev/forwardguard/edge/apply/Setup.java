package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.etcd.Accounts;
import dev.forwardguard.edge.etcd.Accounts.Access;
import dev.forwardguard.edge.etcd.Accounts.Permission;
import dev.forwardguard.edge.etcd.Credentials;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdAccess;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.etcd.EtcdException.Failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes etcd ready for gateways and for this program: two roles, three users, authentication, and
 * the first canary, without which no gateway is ever ready. Does only what is missing, so it can
 * run again after anything.
 */
public final class Setup {
    /** etcd's own name for who may do everything, as a user and as a role. */
    public static final String ROOT = "root";

    /** The user and the role of gateways: the common name of their certificates. */
    public static final String GATEWAY = "gateway";

    /** The user and the role of this program. */
    public static final String ROUTES = "routes";

    private static final int MOST_READINGS = 6;

    private final Etcd etcd;
    private final Root root;
    private final EtcdAccess access;
    private final List<String> done = new ArrayList<>();

    /**
     * @param etcd with the credentials of the user {@code root}, also while authentication is off
     * @param access what {@code etcd} was made of
     */
    public Setup(Etcd etcd, Root root, EtcdAccess access) {
        this.etcd = etcd;
        this.root = root;
        this.access = access;
    }

    /**
     * Does what is missing.
     *
     * @param routes the user of this program, with the password that it is to have
     * @return a line for each thing done
     */
    public List<String> run(Credentials routes) {
        Accounts accounts = etcd.accounts();
        boolean enforced = accounts.areEnforced();
        role(accounts, GATEWAY, Access.READ);
        role(accounts, ROUTES, Access.READWRITE);
        Credentials own = access.credentials();
        if (own != null && !enforced) {
            withPassword(accounts, own);
        }
        member(accounts, ROOT, ROOT);
        if (enforced) {
            follow(accounts, routes);
        } else {
            withPassword(accounts, routes);
        }
        member(accounts, ROUTES, ROUTES);
        withoutPassword(accounts);
        member(accounts, GATEWAY, GATEWAY);
        if (!enforced) {
            accounts.enforce();
            done.add("authentication is on");
        }
        if (writeCanary(new Store(etcd, root))) {
            done.add("canary route");
        }
        return List.copyOf(done);
    }

    private void role(Accounts accounts, String role, Access access) {
        Optional<Set<Permission>> permissions = accounts.permissionsOf(role);
        if (permissions.isEmpty()) {
            accounts.addRole(role);
            done.add("role " + role);
        }
        // without a slash: Traefik reads and watches all that begins with the root key
        var wanted = new Permission(access, root.key(), root.endOfPrefix());
        if (permissions.orElse(Set.of()).stream().noneMatch(each -> each.includes(wanted))) {
            accounts.grantPermission(role, wanted);
            done.add("permission of %s: %s on the prefix %s".formatted(role, access, root.key()));
        }
    }

    /** While authentication is off no password can be tried, so it is set. */
    private void withPassword(Accounts accounts, Credentials credentials) {
        if (accounts.rolesOf(credentials.user()).isPresent()) {
            accounts.changePassword(credentials);
            done.add("password of " + credentials.user());
        } else {
            accounts.addUser(credentials);
            done.add("user " + credentials.user());
        }
    }

    /** Adds a user, or gives an existing one the password of the file. */
    private void follow(Accounts accounts, Credentials credentials) {
        if (accounts.rolesOf(credentials.user()).isEmpty() || !canLogIn(credentials)) {
            withPassword(accounts, credentials);
        }
    }

    private boolean canLogIn(Credentials credentials) {
        try (Etcd other = new Etcd(access.withCredentials(credentials))) {
            other.accounts().rolesOf(credentials.user());
            return true;
        } catch (EtcdException e) {
            if (e.failure() == Failure.WRONG_PASSWORD) {
                return false;
            }
            throw e;
        }
    }

    private void withoutPassword(Accounts accounts) {
        if (accounts.rolesOf(GATEWAY).isEmpty()) {
            accounts.addUserWithoutPassword(GATEWAY);
            done.add("user " + GATEWAY + ", by client certificate alone");
        }
    }

    private void member(Accounts accounts, String user, String role) {
        if (!accounts.rolesOf(user).orElse(Set.of()).contains(role)) {
            accounts.grantRole(user, role);
            done.add("role %s for the user %s".formatted(role, user));
        }
    }

    /**
     * Writes the canary until it is there and whole, since others may write at the same time.
     *
     * @return whether it was missing or damaged
     */
    static boolean writeCanary(Store store) {
        for (int readings = 1; ; readings++) {
            StoredTree tree = store.read();
            var difference = new Difference(tree, List.of(), !CanaryRoute.isWhole(tree.tree()));
            if (difference.isEmpty()) {
                return readings > 1;
            }
            if (readings == MOST_READINGS) {
                throw new EtcdException(
                        Failure.REFUSED,
                        "the canary route is not whole, however often it is written");
            }
            new Apply(store, OptionalInt.empty()).write(difference);
        }
    }
}
