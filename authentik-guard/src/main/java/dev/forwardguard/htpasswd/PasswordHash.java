package dev.forwardguard.htpasswd;

/** A stored password: the second field of an htpasswd line. Does not print what it stores. */
public sealed interface PasswordHash permits Bcrypt, Md5Crypt, ShaCrypt, Sha1 {

    /** Whether this is the password. As slow as the format demands; safe from any thread. */
    boolean matches(byte[] password);

    /** About how many microseconds a check takes on a core of a 2020s server. */
    long work();

    /**
     * After a check of a cheaper hash: works until both together are as much as a check of this
     * one. Nothing is left to do after one of the same cost.
     */
    default void makeUpFor(PasswordHash cheaper, byte[] password) {
        if (cheaper.work() < work()) {
            matches(password);
        }
    }
}
