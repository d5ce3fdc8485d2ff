package dev.forwardguard.htpasswd;

/**
 * Limits the work of one password check. Bcrypt and SHA-crypt hashes specify their own cost, so
 * without a limit one line of the file could occupy a thread for hours. Lines above the limit are
 * rejected.
 *
 * @param maxBcryptCost the base-2 logarithm of bcrypt's rounds: each step doubles the time
 * @param maxCryptRounds the rounds of SHA-256-crypt and SHA-512-crypt
 */
public record HashLimits(int maxBcryptCost, int maxCryptRounds) {
    /**
     * Bcrypt up to cost 14, SHA-crypt up to 200,000 rounds. On one core of a 2020s server, a check
     * at the limit takes about 0.8 s for bcrypt (0.2 s at cost 12) and 0.04 s for SHA-512-crypt, or
     * up to 0.25 s with the longest password that it reads.
     */
    public static final HashLimits DEFAULT = new HashLimits(14, 200_000);

    /**
     * Creates limits that the formats can express and that allow SHA-crypt's default rounds.
     *
     * @throws IllegalArgumentException if {@code maxBcryptCost} is not from 4 to 30, or {@code
     *     maxCryptRounds} not from 5,000 (SHA-crypt's default) to 999,999,999
     */
    public HashLimits {
        if (maxBcryptCost < 4 || maxBcryptCost > 30) {
            throw new IllegalArgumentException(
                    "maxBcryptCost must be from 4 to 30: " + maxBcryptCost);
        }
        if (maxCryptRounds < 5_000 || maxCryptRounds > 999_999_999) {
            throw new IllegalArgumentException(
                    "maxCryptRounds must be from 5000 to 999999999: " + maxCryptRounds);
        }
    }
}
