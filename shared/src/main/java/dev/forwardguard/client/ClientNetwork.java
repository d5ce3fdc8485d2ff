package dev.forwardguard.client;

/**
 * The network around a client address: in IPv4 the /24, in IPv6 the /56, which providers give to
 * one household (RIPE-690). A browser keeps it while its address changes.
 *
 * @param bits its first 24 or 56 bits, none of an unknown address
 * @param length how many bits
 */
public record ClientNetwork(long bits, int length) {
    /** Whether it is that of {@link ClientAddress#UNKNOWN}, which may be anywhere. */
    public boolean isUnknown() {
        return length == 0;
    }

    /** Never the address. */
    @Override
    public String toString() {
        return "ClientNetwork[/" + length + "]";
    }
}
