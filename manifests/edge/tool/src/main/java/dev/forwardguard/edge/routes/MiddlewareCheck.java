package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.ObjectName.Kind;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Middlewares whose values do not go together (pkg/middlewares, each one's New). */
final class MiddlewareCheck {
    private static final List<String> CRITERIA =
            List.of("ipStrategy", "requestHeaderName", "requestHost");
    private static final Optional<String> FALSE = Optional.of("false");

    private final Draft draft;

    private MiddlewareCheck(Draft draft) {
        this.draft = draft;
    }

    static void run(Draft draft) {
        MiddlewareCheck check = new MiddlewareCheck(draft);
        draft.objects()
                .forEach(
                        (object, spot) -> {
                            if (object.kind() == Kind.MIDDLEWARES) {
                                check.middleware(spot.key());
                            }
                        });
    }

    private void middleware(String key) {
        compress(key + "/compress");
        headers(key + "/headers");
        retry(key + "/retry");
        criterion(key + "/rateLimit/sourceCriterion");
        criterion(key + "/inFlightReq/sourceCriterion");
        ipStrategy(key + "/ipAllowList/ipStrategy");
    }

    private void compress(String key) {
        if (draft.has(key + "/includedContentTypes") && draft.has(key + "/excludedContentTypes")) {
            draft.problem(key, "has both includedContentTypes and excludedContentTypes");
        }
        Collection<String> encodings = draft.below(key + "/encodings/").values();
        draft.value(key + "/defaultEncoding")
                .filter(encoding -> !encodings.isEmpty() && !encodings.contains(encoding))
                .ifPresent(
                        encoding ->
                                draft.problem(
                                        key + "/defaultEncoding",
                                        encoding + " is not one of the encodings"));
    }

    private void headers(String key) {
        boolean none =
                draft.below(key + "/").values().stream()
                        .allMatch(value -> value.isEmpty() || value.equals("false"));
        boolean custom =
                !draft.below(key + "/customRequestHeaders/").isEmpty()
                        || !draft.below(key + "/customResponseHeaders/").isEmpty();
        if (draft.has(key) && none && !custom) {
            draft.problem(key, "changes nothing, so Traefik refuses it");
        }
    }

    private void retry(String key) {
        if (draft.isTrue(key + "/disableRetryOnNetworkError") && !draft.has(key + "/status")) {
            draft.problem(key, "retries nothing: give a status, or retry on network errors");
        }
    }

    private void criterion(String key) {
        List<String> chosen =
                CRITERIA.stream()
                        .filter(name -> draft.has(key + "/" + name))
                        .filter(name -> !draft.value(key + "/" + name).equals(FALSE))
                        .toList();
        if (chosen.size() > 1) {
            draft.problem(
                    key, "has %s: only one is possible".formatted(String.join(" and ", chosen)));
        }
        ipStrategy(key + "/ipStrategy");
    }

    private void ipStrategy(String key) {
        boolean depth = draft.value(key + "/depth").filter(value -> !value.equals("0")).isPresent();
        if (depth && draft.has(key + "/excludedIPs")) {
            draft.problem(key + "/excludedIPs", "is ignored where there is a depth");
        }
    }
}
