package dev.forwardguard.htpasswd;

/**
 * How much work one password check may be. Bcrypt and SHA-crypt hashes name their own cost, so
 * without a ceiling one line of the file could occupy a thread for hours; lines above it are
 * rejected.
 *
 * @param maxBcryptCost the base-2 logarithm of bcrypt's rounds: each step doubles the time
 * @param maxCryptRounds the rounds of SHA-256-crypt and SHA-512-crypt
 */
public record HashLimits(int maxBcryptCost, int maxCryptRounds) {
    /**
     * Bcrypt up to 14, SHA-crypt up to 200,000 rounds. On one core of a 2020s server, a check at
     * the ceiling takes about 0.8 s for bcrypt (0.2 s at 12), and 0.04 s for SHA-512-crypt, up to
     * 0.25 s with the longest password that it reads.
     */
    public static final HashLimits DEFAULT = new HashLimits(14, 200_000);

    /**
     * @throws IllegalArgumentException outside of what the formats can express; SHA-crypt's default
     *     of 5,000 rounds is always allowed
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

    /** As Java would, but quicker: it is in the log of each start, as part of the settings. */
    @Override
    public String toString() {
        return "HashLimits[maxBcryptCost="
                + maxBcryptCost
                + ", maxCryptRounds="
                + maxCryptRounds
                + "]";
    }
}
