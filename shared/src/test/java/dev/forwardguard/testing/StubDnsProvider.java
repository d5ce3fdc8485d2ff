package dev.forwardguard.testing;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.security.Security;
import java.util.stream.Stream;

/**
 * Installs {@link StubDns} below {@link InetAddress}; found through {@code META-INF/services}. The
 * JDK loads it at the first lookup, just before it reads its cache settings once and for all. That
 * is the last moment to turn the cache off, whatever the program under test has set by then or sets
 * later. The security properties keep the values of the program.
 */
public final class StubDnsProvider extends InetAddressResolverProvider {
    /** A system property: {@code true} leaves the cache as the program under test sets it. */
    public static final String KEEP_CACHE = "stub-dns.keep-cache";

    private static final String TTL = "networkaddress.cache.ttl";
    private static final String NEGATIVE_TTL = "networkaddress.cache.negative.ttl";

    /** For the service loader. */
    public StubDnsProvider() {}

    @Override
    public String name() {
        return "stub DNS for *.test";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        if (!Boolean.getBoolean(KEEP_CACHE)) {
            turnCacheOff();
        }
        return new Resolver(configuration.builtinResolver());
    }

    private static void turnCacheOff() {
        @Nullable String ttl = Security.getProperty(TTL);
        @Nullable String negativeTtl = Security.getProperty(NEGATIVE_TTL);
        Security.setProperty(TTL, "0");
        Security.setProperty(NEGATIVE_TTL, "0");
        try {
            // The built-in resolver serves this lookup, as long as this method runs. The JDK reads
            // the settings after any lookup, even a failed one.
            var _ = InetAddress.getAllByName("localhost");
        } catch (UnknownHostException _) {
            // The result does not matter.
        } finally {
            restore(TTL, ttl);
            restore(NEGATIVE_TTL, negativeTtl);
        }
    }

    private static void restore(String property, @Nullable String value) {
        // A property cannot be removed. Empty is no number and means the default, as null does.
        Security.setProperty(property, value == null ? "" : value);
    }

    private record Resolver(InetAddressResolver builtin) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                throws UnknownHostException {
            return StubDns.knows(host) ? StubDns.lookup(host) : builtin.lookupByName(host, policy);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return builtin.lookupByAddress(address);
        }
    }
}
