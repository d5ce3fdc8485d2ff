package dev.forwardguard.edge.gateway;

import java.net.URI;
import java.util.Map;
import java.util.OptionalLong;

/** The numbers of gateways and etcd in Prometheus' text format. */
public final class Metrics {
    private Metrics() {}

    /**
     * Writes them.
     *
     * @param canary the canary's number in etcd; empty if etcd does not answer, or has none
     * @param etcdIsUp whether etcd has answered
     */
    public static String text(Map<URI, Reading> gateways, OptionalLong canary, boolean etcdIsUp) {
        StringBuilder text = new StringBuilder();
        head(text, "edge_etcd_up", "Whether etcd answers.");
        text.append("edge_etcd_up ").append(etcdIsUp ? 1 : 0).append('\n');
        head(
                text,
                "edge_etcd_revision",
                "The number of the canary route in etcd; 0 if it has none.");
        if (etcdIsUp) {
            // without a number an empty etcd could not be told from gateways that are current
            text.append("edge_etcd_revision ").append(canary.orElse(0)).append('\n');
        }
        head(text, "edge_gateway_up", "Whether the gateway answers on its canary entry point.");
        gateways.forEach(
                (url, reading) ->
                        sample(
                                text,
                                "edge_gateway_up",
                                url,
                                reading instanceof Reading.Silent ? 0 : 1));
        head(
                text,
                "edge_gateway_revision",
                "The number that the gateway's canary route shows; 0 if it has none.");
        gateways.forEach(
                (url, reading) -> {
                    switch (reading) {
                        case Reading.Shows it ->
                                sample(text, "edge_gateway_revision", url, it.revision());
                        case Reading.NoCanary _ -> sample(text, "edge_gateway_revision", url, 0);
                        case Reading.Silent _ -> {
                            // no number is known: edge_gateway_up says so
                        }
                    }
                });
        return text.toString();
    }

    private static void head(StringBuilder text, String name, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder text, String name, URI gateway, long value) {
        // a URI has no quotes, backslashes or line ends
        text.append(name)
                .append("{gateway=\"")
                .append(gateway)
                .append("\"} ")
                .append(value)
                .append('\n');
    }
}
