package dev.forwardguard.settings;

import dev.forwardguard.client.ClientAddressResolver.Source;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when {@code X-Real-Ip} becomes the header with the visitor's address. Of the gateways only
 * nginx writes it itself: behind Caddy it is the visitor's own, and Traefik behind another proxy
 * writes that proxy's address.
 */
public final class RealIpWarning {
    private static final Logger LOG = LoggerFactory.getLogger(RealIpWarning.class);

    private Source before = Source.X_FORWARDED_FOR;

    /** Takes note of the settings that have come into force. */
    public synchronized void inForce(GuardSettings settings) {
        Source now = settings.clientAddress().header();
        if (now == Source.X_REAL_IP && before != now) {
            LOG.warn(
                    "client-address: x-real-ip is only sound behind nginx. Behind Caddy visitors"
                            + " choose their address; behind Traefik with a proxy in front, all have"
                            + " the address of the proxy");
        }
        before = now;
    }
}
