package dev.forwardguard.edge.gateway;

import java.net.URI;
import java.util.Collection;

/** What a reading says about a gateway, when the tree in etcd has this canary. */
public final class Lag {
    private Lag() {}

    /**
     * Whether it served the tree that was in etcd.
     *
     * @param first the canary in etcd before the gateway was asked
     * @param last the canary in etcd after that
     */
    public static boolean isCurrent(Reading reading, long first, long last) {
        return reading instanceof Reading.Shows it
                && it.revision() >= first
                && it.revision() <= last;
    }

    /**
     * Whether a gateway shows more than that. Then somebody has applied something since that was
     * read, or etcd has lost its data: only reading etcd again can tell.
     */
    public static boolean isAnyAbove(Collection<Reading> readings, long canary) {
        return readings.stream()
                .anyMatch(each -> each instanceof Reading.Shows it && it.revision() > canary);
    }

    /** One line for a gateway that is not current: what it shows, and what to look for. */
    public static String advice(URI gateway, Reading reading, long canary) {
        return gateway
                + ": "
                + switch (reading) {
                    case Reading.Silent it ->
                            "no answer (%s): is it running, and is its entry point canary open to this host?"
                                    .formatted(it.reason());
                    case Reading.NoCanary it ->
                            ("answers, but has no canary route (HTTP %d), so it serves no routes: look for"
                                            + " \"Provider error\" and \"KV connection error\" in its log (permission"
                                            + " denied: its role must read the prefix without a slash)")
                                    .formatted(it.status());
                    case Reading.Shows it when it.revision() > canary ->
                            ("shows %d, etcd has only %d: etcd has lost its data or was restored without raising"
                                            + " its revision, and gateways ignore what is new; restart the gateway")
                                    .formatted(it.revision(), canary);
                    case Reading.Shows it ->
                            ("shows %d, etcd has %d: look for \"Provider error\" in its log (a wrong value in etcd"
                                            + " written by others, a permission); if there is nothing, its watch is"
                                            + " lost: restart it")
                                    .formatted(it.revision(), canary);
                };
    }
}
