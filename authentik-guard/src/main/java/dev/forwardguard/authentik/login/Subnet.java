package dev.forwardguard.authentik.login;

import io.netty.util.NetUtil;

import java.util.Arrays;

/**
 * A range of addresses in CIDR notation.
 *
 * @param network the 4 or 16 bytes of the address
 * @param prefix the number of leading bits that count
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Subnet(byte[] network, int prefix) {

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

    @Override
    public String toString() {
        return NetUtil.bytesToIpAddress(network) + "/" + prefix;
    }
}
