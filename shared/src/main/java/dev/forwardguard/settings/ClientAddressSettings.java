package dev.forwardguard.settings;

import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.client.ClientAddressResolver.Source;
import dev.forwardguard.client.Subnet;

import java.util.List;
import java.util.Optional;

/**
 * The keys {@code client-address} and {@code trusted-proxies}. authentik-guard also takes them from
 * its section {@code emergency}, where they used to be. Given in both places, they have to be the
 * same.
 */
final class ClientAddressSettings {
    private static final String HEADER = "client-address";
    private static final String PROXIES = "trusted-proxies";

    private ClientAddressSettings() {}

    static ClientAddressResolver take(
            YamlSection root, Optional<YamlSection> formerPlace, ClientAddressResolver defaults) {
        Optional<Source> header = root.constant(HEADER, Source.class, Source::of);
        Optional<Source> formerHeader =
                formerPlace.flatMap(
                        former ->
                                former.constant(
                                        HEADER,
                                        Source.class,
                                        text -> same(HEADER, Source.of(text), header)));
        Optional<List<Subnet>> proxies = root.texts(PROXIES, ClientAddressSettings::subnets);
        Optional<List<Subnet>> formerProxies =
                formerPlace.flatMap(
                        former ->
                                former.texts(
                                        PROXIES,
                                        ranges -> same(PROXIES, subnets(ranges), proxies)));
        return new ClientAddressResolver(
                root.inForce(HEADER, header.or(() -> formerHeader).orElse(defaults.header())),
                root.inForce(
                        PROXIES,
                        proxies.or(() -> formerProxies).orElse(defaults.trustedProxies())));
    }

    private static List<Subnet> subnets(List<String> ranges) {
        return ranges.stream().map(Subnet::parse).toList();
    }

    /** Compares the text: a list in another order is another one. */
    private static <T> T same(String key, T value, Optional<T> other) {
        if (other.isPresent() && !other.get().toString().equals(value.toString())) {
            throw new IllegalArgumentException("and " + key + " must not differ");
        }
        return value;
    }
}
