package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SHA-256-crypt ({@code $5$}) or SHA-512-crypt ({@code $6$}) hash, as specified in Ulrich
 * Drepper's "Unix crypt using SHA-256 and SHA-512". Comments in the code give its step numbers.
 *
 * <p>{@code rounds=} is read like in libxcrypt: outside 1000 to 999999999, or with a leading zero,
 * the hash is malformed. Older implementations clamp such a number, but print the clamped one, so
 * no file contains the original. The same applies to a salt of more than 16 characters, which they
 * cut.
 */
public final class ShaCrypt implements PasswordHash {
    private static final int DEFAULT_ROUNDS = 5_000;

    /**
     * Each round digests the password up to twice, so a long password multiplies the work.
     * libxcrypt also rejects longer ones (CRYPT_MAX_PASSPHRASE_SIZE, which includes a NUL).
     */
    private static final int MAX_PASSWORD = 511;

    private static final String SETTING =
            "(?:rounds=([1-9]\\d{3,8})\\$)?(?!rounds=)("
                    + CryptBase64.SALT_CHARACTER
                    + "{0,16})\\$";

    private enum Variant {
        SHA256("\\$5\\$" + SETTING + "([./0-9A-Za-z]{42}[./0-9A-D])", DigestAlgorithm.SHA_256),
        SHA512("\\$6\\$" + SETTING + "([./0-9A-Za-z]{85}[./01])", DigestAlgorithm.SHA_512);

        /** The last character has spare bits, which crypt(3) always sets to zero. */
        private final Pattern form;

        private final DigestAlgorithm algorithm;

        Variant(String form, DigestAlgorithm algorithm) {
            this.form = Pattern.compile(form);
            this.algorithm = algorithm;
        }
    }

    private final Variant variant;
    private final int rounds;
    private final byte[] salt;
    private final byte[] text;

    private ShaCrypt(Variant variant, int rounds, String salt, String text) {
        this.variant = variant;
        this.rounds = rounds;
        this.salt = salt.getBytes(US_ASCII);
        this.text = text.getBytes(US_ASCII);
    }

    static ShaCrypt parse(String text, HashLimits limits) throws UnusableLineException {
        Variant variant = text.startsWith("$5$") ? Variant.SHA256 : Variant.SHA512;
        Matcher form = variant.form.matcher(text);
        if (!form.matches()) {
            throw new UnusableLineException("malformed SHA-crypt hash");
        }
        int rounds = form.group(1) == null ? DEFAULT_ROUNDS : Integer.parseInt(form.group(1));
        if (rounds > limits.maxCryptRounds()) {
            throw new UnusableLineException(
                    "SHA-crypt rounds above the limit of " + limits.maxCryptRounds());
        }
        return new ShaCrypt(variant, rounds, form.group(2), form.group(3));
    }

    @Override
    public boolean matches(byte[] password) {
        if (password.length > MAX_PASSWORD) {
            return false;
        }
        return MessageDigest.isEqual(text, computed(password, rounds));
    }

    private byte[] computed(byte[] password, int rounds) {
        MessageDigest sha = variant.algorithm.start();
        byte[] first = first(sha, password);
        byte[] p = sequence(sha, password, password.length);
        byte[] s = sequence(sha, salt, 16 + (first[0] & 0xff));
        byte[] digest = Md5Crypt.rounds(rounds, sha, first, p, s); // step 21
        return CryptBase64.encode(digest, order(digest.length)).getBytes(US_ASCII);
    }

    @Override
    public String algorithm() {
        return variant.name();
    }

    /** The number of rounds. */
    @Override
    public int cost() {
        return rounds;
    }

    @Override
    public void spendDifference(PasswordHash cheaper, byte[] password) {
        if (password.length <= MAX_PASSWORD && cheaper.cost() < rounds) {
            computed(password, rounds - cheaper.cost());
        }
    }

    /** Steps 1 to 12: digest A, with digest B inside it. */
    private byte[] first(MessageDigest sha, byte[] password) {
        sha.update(password);
        sha.update(salt);
        byte[] b = sha.digest(password);

        sha.update(password);
        sha.update(salt);
        sha.update(repeated(b, password.length));
        for (int bits = password.length; bits > 0; bits >>= 1) {
            sha.update((bits & 1) == 1 ? b : password);
        }
        return sha.digest();
    }

    /**
     * Steps 13 to 16 and 17 to 20: digests the input the given number of times, and repeats the
     * digest up to the length of the input.
     */
    private static byte[] sequence(MessageDigest sha, byte[] input, int times) {
        for (int i = 0; i < times; i++) {
            sha.update(input);
        }
        return repeated(sha.digest(), input.length);
    }

    private static byte[] repeated(byte[] bytes, int length) {
        byte[] result = Arrays.copyOf(bytes, length);
        for (int at = bytes.length; at < length; at++) {
            result[at] = result[at - bytes.length];
        }
        return result;
    }

    /**
     * Step 22: the byte order. Each group takes one byte from each third of the digest, rotated
     * from group to group. The remaining bytes follow.
     */
    private static int[] order(int length) {
        int third = length / 3;
        // 32 bytes rotate to the right, 64 to the left.
        int step = length == 32 ? 2 : 1;
        int[] order = new int[length];
        for (int at = 0; at < 3 * third; at++) {
            int group = at / 3;
            order[at] = group + (at + step * group) % 3 * third;
        }
        for (int at = 3 * third; at < length; at++) {
            order[at] = length - 1 - (at - 3 * third);
        }
        return order;
    }

    @Override
    public String toString() {
        return "ShaCrypt[" + variant + ", rounds=" + rounds + "]";
    }
}
