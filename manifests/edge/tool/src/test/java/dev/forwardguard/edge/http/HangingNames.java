package dev.forwardguard.edge.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Java's resolver, for which a name of {@code hangs.test} never has an answer. */
public final class HangingNames extends InetAddressResolverProvider {
    private static final String HANGS = "hangs.test";

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                    throws UnknownHostException {
                if (host.equals(HANGS)) {
                    hang();
                }
                return builtin.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return builtin.lookupByAddress(address);
            }
        };
    }

    private static void hang() throws UnknownHostException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            throw new UnknownHostException(HANGS);
        }
    }

    @Override
    public String name() {
        return "names that hang";
    }
}
