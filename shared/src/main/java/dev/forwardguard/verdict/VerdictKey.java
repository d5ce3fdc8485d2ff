package dev.forwardguard.verdict;

/**
 * What two requests have in common if the same verdict is for both: an HMAC-SHA-256 in four parts.
 * Says nothing about the request to anybody without the secret of this process.
 */
record VerdictKey(long first, long second, long third, long fourth) {
    /** The bits are random already. */
    @Override
    public int hashCode() {
        return (int) first;
    }

    /** Nothing: it would be the same text for the same session. */
    @Override
    public String toString() {
        return "VerdictKey";
    }
}
