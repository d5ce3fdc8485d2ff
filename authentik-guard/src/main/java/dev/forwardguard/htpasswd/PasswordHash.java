package dev.forwardguard.htpasswd;

/** A stored password: the second field of an htpasswd line. Its {@code toString} hides it. */
public sealed interface PasswordHash permits Bcrypt, Md5Crypt, ShaCrypt, Sha1 {

    /** Whether this is the password. Takes as long as the format requires. Thread-safe. */
    boolean matches(byte[] password);

    /** The algorithm's name. Checks of two hashes of one algorithm differ only by their cost. */
    String algorithm();

    /** The relative cost of a check. Comparable only within one algorithm. */
    int cost();

    /**
     * Does the work that a check of this hash needs beyond a check of {@code cheaper}.
     *
     * @param cheaper a hash of the same algorithm that is not more expensive
     */
    default void spendDifference(PasswordHash cheaper, byte[] password) {}
}
