package dev.forwardguard.htpasswd;

/** A stored password: the second field of an htpasswd line. Does not print what it stores. */
public sealed interface PasswordHash permits Bcrypt, Md5Crypt, ShaCrypt, Sha1 {

    /** Whether this is the password. As slow as the format demands; safe from any thread. */
    boolean matches(byte[] password);
}
