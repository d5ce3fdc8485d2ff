package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.mindrot.jbcrypt.BCrypt;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bcrypt hash ({@code $2y$}, {@code $2a$}, {@code $2b$}), as {@code htpasswd -B} writes it. The
 * three letters mean the same algorithm and only record which implementations had bugs. {@code
 * $2x$} marks a hash computed with such a bug and is rejected. As in every bcrypt, only the first
 * 72 bytes of a password count.
 *
 * <p>The algorithm is jBCrypt's {@code crypt_raw}, which works on bytes. jBCrypt's string methods
 * accept only the letter {@code a} and would change passwords that are not UTF-8.
 *
 * <p>The letters differ in one case: for a few passwords with the byte 0xFF, which never occurs in
 * UTF-8, crypt(3) deviates from the algorithm for {@code $2a$}. It does so on purpose, because
 * {@code $2a$} hashes may come from an old bug ("safety" in crypt_blowfish). jBCrypt does not
 * support this; Spring Security's fork of it does.
 */
public final class Bcrypt implements PasswordHash {
    /**
     * Letter, cost, 22 characters of salt, 31 characters of hash. Neither salt nor hash ends on a
     * byte boundary: the last character of each has spare bits, which crypt(3) always sets to zero.
     */
    private static final Pattern FORM =
            Pattern.compile(
                    "\\$2[aby]\\$(0[4-9]|[12]\\d|3[01])\\$"
                            + "([./A-Za-z0-9]{21}[.Oeu])([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])");

    private static final String ALPHABET =
            "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final String STANDARD_ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /**
     * The text that bcrypt encrypts (Provos and Mazières, "A Future-Adaptable Password Scheme",
     * §5).
     */
    private static final byte[] PLAINTEXT = "OrpheanBeholderScryDoubt".getBytes(US_ASCII);

    /** With this byte in the password, {@code $2a$} differs from the other letters. */
    private static final byte SAFETY_BYTE = (byte) 0xff;

    private final String text;
    private final int cost;
    private final byte[] salt;
    private final byte[] digest;

    private Bcrypt(String text, int cost, byte[] salt, byte[] digest) {
        this.text = text;
        this.cost = cost;
        this.salt = salt;
        this.digest = digest;
    }

    static Bcrypt parse(String text, HashLimits limits) throws UnusableLineException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UnusableLineException("malformed bcrypt hash");
        }
        int cost = Integer.parseInt(form.group(1));
        if (cost > limits.maxBcryptCost()) {
            throw new UnusableLineException(
                    "bcrypt cost above the limit of " + limits.maxBcryptCost());
        }
        return new Bcrypt(text, cost, decode(form.group(2)), decode(form.group(3)));
    }

    /** Bcrypt's base64 differs from the standard one only in its alphabet and missing padding. */
    private static byte[] decode(String text) {
        var standard = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            standard.append(STANDARD_ALPHABET.charAt(ALPHABET.indexOf(text.charAt(at))));
        }
        return Base64.getDecoder().decode(standard.toString());
    }

    @Override
    public boolean matches(byte[] password) {
        if (text.startsWith("$2a$") && contains(password, SAFETY_BYTE)) {
            return org.springframework.security.crypto.bcrypt.BCrypt.checkpw(password, text);
        }
        // The format drops the last of the 24 bytes.
        return MessageDigest.isEqual(digest, Arrays.copyOf(raw(password), digest.length));
    }

    private static boolean contains(byte[] password, byte wanted) {
        for (byte each : password) {
            if (each == wanted) {
                return true;
            }
        }
        return false;
    }

    private byte[] raw(byte[] password) {
        // The key includes C's terminating NUL. jBCrypt reads at most 72 bytes of it.
        byte[] key = Arrays.copyOf(password, password.length + 1);
        int[] block = new int[PLAINTEXT.length / Integer.BYTES];
        ByteBuffer.wrap(PLAINTEXT).asIntBuffer().get(block);
        return new BCrypt().crypt_raw(key, salt, cost, block);
    }

    /**
     * Treats each cost as a separate algorithm. The difference between two costs cannot be computed
     * on its own: each step from 2^10 to 2^12 rounds begins with setup work that no cost does
     * twice. All costs below the highest together are less work than the highest one.
     */
    @Override
    public String algorithm() {
        return "bcrypt " + cost;
    }

    @Override
    public int cost() {
        return 0;
    }

    @Override
    public String toString() {
        return "Bcrypt[cost=" + cost + "]";
    }
}
