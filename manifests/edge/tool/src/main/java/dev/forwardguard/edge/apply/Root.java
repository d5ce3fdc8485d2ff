package dev.forwardguard.edge.apply;

/**
 * The root key of a tree, without a slash: {@code traefik}. Traefik lists and watches all keys that
 * begin with it, but reads only those below it.
 */
public record Root(String key) {
    public static final Root TRAEFIK = new Root("traefik");

    public Root {
        if (!key.matches("[!-~]+") || key.startsWith("/") || key.endsWith("/")) {
            throw new IllegalArgumentException(
                    "the root must be a key without slashes at its ends: '" + key + "'");
        }
    }

    /** What all keys of the tree begin with. */
    public String prefix() {
        return key + "/";
    }

    /** The first key behind the tree: the character behind the slash is {@code 0}. */
    public String end() {
        return key + "0";
    }

    /**
     * The first key behind all that begin with the root itself, where the permission must reach.
     */
    public String endOfPrefix() {
        int last = key.length() - 1;
        return key.substring(0, last) + (char) (key.charAt(last) + 1);
    }

    /** The name in etcd of a key below the root. */
    String full(String key) {
        return prefix() + key;
    }

    /** The part of a full key that is below the root. */
    String below(String full) {
        return full.substring(prefix().length());
    }
}
