package dev.forwardguard.edge.gateway;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The gateways behind one URL: one for each address that its host name has at this time, as the
 * name of a headless Service has one for each pod.
 */
final class Replicas {
    private Replicas() {}

    /** Finds the addresses of a host name, as {@link InetAddress#getAllByName} does. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * The URLs of these gateways.
     *
     * @return the URL itself if its name has one address, or none that is known, and for {@code
     *     https}, where certificates are for names
     */
    static List<URI> of(URI url, Resolver resolver) {
        if (url.getHost() == null || !"http".equals(url.getScheme())) {
            return List.of(url);
        }
        try {
            InetAddress[] all = resolver.addresses(url.getHost());
            // a pod with an address of each family is still one gateway
            List<InetAddress> addresses =
                    Arrays.stream(all)
                            .filter(each -> each.getClass() == all[0].getClass())
                            .toList();
            return addresses.size() < 2
                    ? List.of(url)
                    : addresses.stream().map(each -> at(each, url)).sorted().toList();
        } catch (UnknownHostException _) {
            return List.of(url);
        }
    }

    private static URI at(InetAddress address, URI url) {
        try {
            return new URI(
                    url.getScheme(), null, address.getHostAddress(), url.getPort(), "", null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
