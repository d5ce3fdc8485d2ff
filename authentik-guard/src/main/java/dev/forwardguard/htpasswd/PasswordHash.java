package dev.forwardguard.htpasswd;

/** A stored password: the second field of an htpasswd line. Does not print what it stores. */
public sealed interface PasswordHash permits Bcrypt, Md5Crypt, ShaCrypt, Sha1 {

    /** Whether this is the password. As slow as the format demands; safe from any thread. */
    boolean matches(byte[] password);

    /** What computes it. Checks of two hashes of one algorithm differ by their cost at most. */
    String algorithm();

    /** How much a check is, to be compared within an algorithm only. */
    int cost();

    /**
     * The work by which a check of this hash is more than one of the other, which is of the same
     * algorithm and not more expensive.
     */
    default void spendDifference(PasswordHash cheaper, byte[] password) {}
}
