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
 * {@code $2y$}, {@code $2a$}, {@code $2b$}: bcrypt as {@code htpasswd -B} writes it. The three
 * letters mean one algorithm and remember which implementations had bugs; {@code $2x$} means such a
 * bug itself, and is never taken for the others. As everywhere, only the first 72 bytes of a
 * password count.
 *
 * <p>The algorithm is jBCrypt's {@code crypt_raw}, which is over bytes. The methods on strings
 * above it know no letter but {@code a} and would turn passwords that are not UTF-8 into others.
 *
 * <p>One thing they do differ in: for a few passwords with the byte 0xFF, which no UTF-8 text has,
 * {@code $2a$} as crypt(3) writes it is off the algorithm on purpose, because hashes of an old bug
 * could be under that letter ("safety" in crypt_blowfish). jBCrypt has no way to do that, and
 * Spring Security's descendant of it has.
 */
public final class Bcrypt implements PasswordHash {
    /**
     * Letter, cost, 22 characters of salt, 31 of hash. Neither ends on a byte's edge: the last
     * character of each has spare bits, zero in anything that crypt(3) can print.
     */
    private static final Pattern FORM =
            Pattern.compile(
                    "\\$2[aby]\\$(0[4-9]|[12]\\d|3[01])\\$"
                            + "([./A-Za-z0-9]{21}[.Oeu])([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])");

    private static final String ALPHABET =
            "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static final String STANDARD_ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /** What bcrypt encrypts (Provos and Mazières, "A Future-Adaptable Password Scheme", §5). */
    private static final byte[] PLAINTEXT = "OrpheanBeholderScryDoubt".getBytes(US_ASCII);

    private static final byte SAFEGUARDED = (byte) 0xff;

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

    /** Bcrypt's base64 differs from the standard one in nothing but the alphabet and padding. */
    private static byte[] decode(String text) {
        var standard = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            standard.append(STANDARD_ALPHABET.charAt(ALPHABET.indexOf(text.charAt(at))));
        }
        return Base64.getDecoder().decode(standard.toString());
    }

    @Override
    public boolean matches(byte[] password) {
        if (text.startsWith("$2a$") && has(password, SAFEGUARDED)) {
            return org.springframework.security.crypto.bcrypt.BCrypt.checkpw(password, text);
        }
        // The format drops the last of 24 bytes.
        return MessageDigest.isEqual(digest, Arrays.copyOf(raw(password), digest.length));
    }

    private static boolean has(byte[] password, byte wanted) {
        for (byte each : password) {
            if (each == wanted) {
                return true;
            }
        }
        return false;
    }

    private byte[] raw(byte[] password) {
        // The key includes C's terminating NUL; jBCrypt reads no more than 72 bytes of it.
        byte[] key = Arrays.copyOf(password, password.length + 1);
        int[] block = new int[PLAINTEXT.length / Integer.BYTES];
        ByteBuffer.wrap(PLAINTEXT).asIntBuffer().get(block);
        return new BCrypt().crypt_raw(key, salt, cost, block);
    }

    /**
     * Each cost is an algorithm of its own here. What another cost is more cannot be computed
     * alone: each step from 2^10 to 2^12 rounds begins with work that no cost has twice. All costs
     * below the highest are together less than that one.
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
