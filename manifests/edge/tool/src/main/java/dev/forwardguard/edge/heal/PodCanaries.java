package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Gateway;
import dev.forwardguard.edge.gateway.Reading;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** Asks pods by their addresses. Keeps its connections; not for several threads at once. */
final class PodCanaries implements CanaryProbe, AutoCloseable {
    private final Map<String, Gateway> gateways = new HashMap<>();

    @Override
    public Reading ask(String address) {
        return gateways.computeIfAbsent(address, PodCanaries::gateway).read();
    }

    private static Gateway gateway(String address) {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return new Gateway(URI.create("http://" + host + ":" + PORT));
    }

    @Override
    public void close() {
        gateways.values().forEach(Gateway::close);
    }
}
