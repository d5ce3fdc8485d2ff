package dev.forwardguard.manifests.edge;

/** Files with many routers. */
final class Sites {
    private Sites() {}

    /**
     * Routers {@code site0} and so on, each with a service and a middleware of its own.
     *
     * @param version appears in every router's middleware as a response header
     */
    static String yaml(int number, String version) {
        StringBuilder routers = new StringBuilder();
        StringBuilder middlewares = new StringBuilder();
        StringBuilder services = new StringBuilder();
        for (int i = 0; i < number; i++) {
            routers.append(
                    "    site%d: {rule: Path(`/site%1$d`), entryPoints: [web], middlewares: [site%1$d], service: site%1$d}\n"
                            .formatted(i));
            middlewares.append(
                    "    site%d: {headers: {customResponseHeaders: {X-Version: \"%s\"}}}\n"
                            .formatted(i, version));
            services.append(
                    "    site%d: {loadBalancer: {servers: [{url: \"APPLICATION\"}]}}\n"
                            .formatted(i));
        }
        return "http:\n  routers:\n"
                + routers
                + "  middlewares:\n"
                + middlewares
                + "  services:\n"
                + services;
    }
}
