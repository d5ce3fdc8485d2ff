package dev.forwardguard.client;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The network address of a visitor. Two addresses are equal if they belong to the same network: an
 * IPv4 address is one network, and in IPv6 every subscriber has a /64, so only the first 64 bits
 * count. An IPv4-mapped IPv6 address ({@code ::ffff:192.0.2.1}) is IPv4, and so is one that a NAT64
 * made of a public address ({@code 64:ff9b::192.0.2.1}, RFC 6052). Host names are never resolved.
 */
public final class ClientAddress {
    /** The address of every connection that has none; all of them count as one. */
    public static final ClientAddress UNKNOWN = new ClientAddress(new byte[0]);

    /** The longest literal has 45 characters; brackets, a zone and a port may be added. */
    private static final int MAX_LENGTH = 80;

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private static final byte[] NAT64 = {0, 0x64, -1, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    /** Secret, so that nobody can choose addresses that collide in a table. */
    private static final long SEED = new SecureRandom().nextLong();

    private final byte[] bytes;
    private final long network;

    private ClientAddress(byte[] bytes) {
        this.bytes = bytes;
        long leading = 0;
        for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
            leading = (leading << 8) | (bytes[i] & 0xFF);
        }
        this.network = leading;
    }

    /**
     * Creates an address from its 4 or 16 bytes.
     *
     * @param bytes not changed any more
     */
    public static ClientAddress of(byte[] bytes) {
        if (bytes.length == 16) {
            byte[] last = Arrays.copyOfRange(bytes, 12, 16);
            // a NAT64 never translates a private address (RFC 6052 section 3.1), so one in there
            // is a forgery that must not be taken for a proxy
            if (startsWith(MAPPED, bytes) || (startsWith(NAT64, bytes) && !Subnet.isLocal(last))) {
                return new ClientAddress(last);
            }
        }
        return new ClientAddress(bytes);
    }

    /** The address of the other end of a connection, {@link #UNKNOWN} if it has none. */
    public static ClientAddress of(SocketAddress peer) {
        return peer instanceof InetSocketAddress socket && socket.getAddress() != null
                ? of(socket.getAddress().getAddress())
                : UNKNOWN;
    }

    private static boolean startsWith(byte[] prefix, byte[] address) {
        return Arrays.equals(address, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Parses an address literal as proxies write it, with or without port; otherwise empty. */
    public static Optional<ClientAddress> parse(String text) {
        String literal = text.strip();
        if (literal.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        byte @Nullable [] parsed = NetUtil.createByteArrayFromIpAddressString(withoutPort(literal));
        return Optional.ofNullable(parsed).map(ClientAddress::of);
    }

    /**
     * Removes the port from {@code [2001:db8::1]:443} and {@code 192.0.2.1:443}. Without brackets,
     * more than one colon means an IPv6 address without a port.
     */
    private static String withoutPort(String literal) {
        int colon = literal.lastIndexOf(':');
        boolean port =
                colon > 0
                        && (literal.charAt(colon - 1) == ']' || literal.indexOf(':') == colon)
                        && literal.substring(colon + 1).matches("\\d{1,5}");
        return port ? literal.substring(0, colon) : literal;
    }

    /** Whether it is the address of a connection that has none. */
    public boolean isUnknown() {
        return bytes.length == 0;
    }

    /** Whether the address is in one of these ranges. */
    boolean in(List<Subnet> ranges) {
        return Subnet.isIn(ranges, bytes);
    }

    /** Whether the address is in a range that is not routed in the internet. */
    public boolean isLocal() {
        return Subnet.isLocal(bytes);
    }

    /**
     * The bytes that identify the network, read-only: 8 of an IPv6 address, 4 of an IPv4 address,
     * none of {@link #UNKNOWN}.
     */
    public ByteBuffer network() {
        return ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, 8)).asReadOnlyBuffer();
    }

    /** The network around it; of no bits for {@link #UNKNOWN}. */
    public ClientNetwork surroundings() {
        return switch (bytes.length) {
            case 16 -> new ClientNetwork(network >>> 8, 56);
            case 4 -> new ClientNetwork(network >>> 8, 24);
            default -> new ClientNetwork(0, 0);
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientAddress that
                && network == that.network
                && bytes.length == that.bytes.length;
    }

    @Override
    public int hashCode() {
        return (int) (((network ^ SEED) * 0x9e3779b97f4a7c15L) >>> 32);
    }

    /** The whole address in readable form, not only the network. */
    @Override
    public String toString() {
        return bytes.length == 0 ? "unknown" : NetUtil.bytesToIpAddress(bytes);
    }
}
