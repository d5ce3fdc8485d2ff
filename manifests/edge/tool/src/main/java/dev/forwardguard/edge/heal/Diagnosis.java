package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a gateway that has just been started does not show the current routes. */
final class Diagnosis {
    /** Traefik's log in both of its formats: {@code error="…"} and {@code "error":"…"}. */
    private static final Pattern ERROR =
            Pattern.compile("\\berror\"?[=:](?:\"((?:\\\\.|[^\"\\\\])*+)\"|(\\S+))");

    private static final Pattern COLOUR = Pattern.compile("\\e\\[[0-9;]*m");

    /** Go quotes the text that it cannot parse, which is a value from etcd. */
    private static final Pattern QUOTED = Pattern.compile("\\\\\".*?\\\\\"");

    private final Cluster cluster;
    private final RouteStore store;

    Diagnosis(Cluster cluster, RouteStore store) {
        this.cluster = cluster;
        this.store = store;
    }

    /** What is wrong, as far as it can be seen from outside, and what to do. */
    String of(Pod pod, Reading shown) {
        try {
            store.read();
        } catch (HealException e) {
            return "etcd was well before, but now: " + e.line();
        }
        if (!pod.trouble().isEmpty()) {
            return pod.trouble();
        }
        if (!pod.isRunning()) {
            return "it has not been started, or has ended (phase " + pod.phase() + ")";
        }
        return "its canary: %s; %s".formatted(shown.text(), reason(log(pod)));
    }

    private String log(Pod pod) {
        try {
            return cluster.log(pod);
        } catch (ApiException e) {
            return "error=\"" + e.line().replace('"', '\'') + "\"";
        }
    }

    private static String reason(String log) {
        String error = lastError(COLOUR.matcher(log).replaceAll(""));
        if (error.isEmpty()) {
            return "its log has no error";
        }
        if (error.contains("permission denied")) {
            return "etcd refuses it the routes (%s): its role must read the whole prefix, edge-routes setup grants it"
                    .formatted(error);
        }
        if (error.contains("authentication failed") || error.contains("user name is empty")) {
            return "etcd refuses its login (" + error + ")";
        }
        if (error.contains("deadline exceeded") || error.contains("connection")) {
            return "it cannot reach etcd (" + error + ")";
        }
        return "it refuses what is in etcd (%s): one wrong value is enough. edge-routes diff --prune with all route files shows what differs, apply mends it"
                .formatted(error);
    }

    private static String lastError(String log) {
        String last = "";
        Matcher matcher = ERROR.matcher(log);
        while (matcher.find()) {
            last = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        }
        return ApiRequest.line(QUOTED.matcher(last).replaceAll("\"…\""));
    }
}
