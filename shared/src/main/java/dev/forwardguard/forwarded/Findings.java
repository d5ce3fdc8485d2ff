package dev.forwardguard.forwarded;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.forwarded.RequestWindow.Counts;

import org.jspecify.annotations.Nullable;

/**
 * What the numbers of a window give away about the gateway, in words, or null where all is well.
 * Each says what is so, what comes of it, and what to do.
 *
 * @param header in which the gateway passes on the address
 */
record Findings(Counts counts, CharSequence header, Consequences consequences) {
    /** A peer's address is that of whoever connects to the guard. */
    @Nullable String untrustedPeer() {
        ClientAddress peer = counts.untrustedPeer();
        return peer == null
                ? null
                : ("%s had %s from a peer that is not a trusted proxy, %s, so it is ignored."
                                + " If that is your gateway, all its visitors count as one: %s."
                                + " Then add its addresses to trusted-proxies;"
                                + " otherwise let only the gateway connect to the guard")
                        .formatted(
                                ofAll(counts.untrusted()), header, peer, consequences.oneAddress());
    }

    /** A public address is never named: it may be a visitor's. */
    @Nullable String oneAddress() {
        ClientAddress address = counts.everybodysAddress();
        return address == null
                ? null
                : ("%s came from one private address, %s."
                                + " Unless that is a visitor in your own network,"
                                + " all visitors count as one: %s."
                                + " Set externalTrafficPolicy: Local on Traefik's Service, and"
                                + " forwardedHeaders.trustedIPs on its entry point"
                                + " if a proxy stands before it")
                        .formatted(
                                ofAll(counts.fromOneAddress()), address, consequences.oneAddress());
    }

    @Nullable String withoutTls() {
        return !counts.nearlyAllWithoutTls()
                ? null
                : ("%s came without TLS: X-Forwarded-Proto was missing or http. %s."
                                + " If visitors use https, TLS ends before Traefik: list what ends"
                                + " it in forwardedHeaders.trustedIPs of the entry point;"
                                + " otherwise redirect the entry point for http to https")
                        .formatted(ofAll(counts.withoutTls()), consequences.withoutTls());
    }

    private String ofAll(int some) {
        return some + " of the last " + counts.requests() + " auth requests";
    }
}
