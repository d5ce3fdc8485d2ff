package dev.forwardguard.client;

import io.netty.util.NetUtil;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A range of addresses in CIDR notation.
 *
 * @param network the 4 or 16 bytes of the address
 * @param prefix the number of leading bits that count
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Subnet(byte[] network, int prefix) {
    /**
     * Loopback and private ranges (RFC 1918, RFC 4193), and the shared one of carriers (RFC 6598),
     * from which some clusters take the addresses of their pods.
     */
    static final List<Subnet> PRIVATE =
            list(
                    "127.0.0.0/8",
                    "::1",
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "100.64.0.0/10",
                    "fc00::/7");

    /**
     * Further ranges that are not routed in the internet, such as link-local ones (RFC 6890). An
     * address in any of them is not that of one visitor of the internet.
     */
    private static final List<Subnet> FURTHER_LOCAL =
            list("169.254.0.0/16", "fe80::/10", "0.0.0.0/8", "::");

    private static List<Subnet> list(String... ranges) {
        return Stream.of(ranges).map(Subnet::parse).toList();
    }

    /**
     * Parses {@code 10.0.0.0/8}, {@code fd00::/8}, or a single address.
     *
     * @throws IllegalArgumentException with a message that says what is wrong
     */
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null || address.indexOf('[') >= 0 || address.indexOf('%') >= 0) {
            throw new IllegalArgumentException(
                    "must be addresses or ranges such as 10.0.0.0/8: " + text);
        }
        String bits = slash < 0 ? String.valueOf(bytes.length * 8) : text.substring(slash + 1);
        if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > bytes.length * 8) {
            throw new IllegalArgumentException(
                    "must have from 0 to " + bytes.length * 8 + " bits after the slash: " + text);
        }
        return new Subnet(bytes, Integer.parseInt(bits));
    }

    /** Whether the address, of 4 or 16 bytes, is in this range. */
    boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        int rest = prefix % 8;
        int mask = 0xff00 >> rest & 0xff;
        return Arrays.equals(address, 0, whole, network, 0, whole)
                && (rest == 0 || ((address[whole] ^ network[whole]) & mask) == 0);
    }

    /** Whether the address, of 4 or 16 bytes, is in a range that is not routed in the internet. */
    static boolean isLocal(byte[] address) {
        return isIn(PRIVATE, address) || isIn(FURTHER_LOCAL, address);
    }

    /** Neither a stream nor an iterator, which would be allocated: this runs for each request. */
    static boolean isIn(List<Subnet> ranges, byte[] address) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return NetUtil.bytesToIpAddress(network) + "/" + prefix;
    }
}
