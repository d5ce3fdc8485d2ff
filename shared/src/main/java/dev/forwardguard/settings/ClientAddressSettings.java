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
    private ClientAddressSettings() {}

    static ClientAddressResolver take(
            YamlSection root, Optional<YamlSection> formerPlace, ClientAddressResolver defaults) {
        Optional<Source> header = header(root, Optional.empty());
        Optional<List<Subnet>> proxies = proxies(root, Optional.empty());
        if (formerPlace.isPresent()) {
            header = header(formerPlace.get(), header);
            proxies = proxies(formerPlace.get(), proxies);
        }
        return new ClientAddressResolver(
                header.orElse(defaults.header()), proxies.orElse(defaults.trustedProxies()));
    }

    private static Optional<Source> header(YamlSection section, Optional<Source> other) {
        return section.value(
                "client-address", other, text -> same("client-address", Source.of(text), other));
    }

    private static Optional<List<Subnet>> proxies(
            YamlSection section, Optional<List<Subnet>> other) {
        return section.texts(
                "trusted-proxies",
                other,
                ranges -> same("trusted-proxies", subnets(ranges), other));
    }

    private static List<Subnet> subnets(List<String> ranges) {
        return ranges.stream().map(Subnet::parse).toList();
    }

    /** Compares the text: a list in another order is another one. */
    private static <T> Optional<T> same(String key, T value, Optional<T> other) {
        if (other.isPresent() && !other.get().toString().equals(value.toString())) {
            throw new IllegalArgumentException("and " + key + " must not differ");
        }
        return Optional.of(value);
    }
}
