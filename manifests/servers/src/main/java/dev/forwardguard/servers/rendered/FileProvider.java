package dev.forwardguard.servers.rendered;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Traefik's objects of a kustomization in the form of Traefik's file provider, for a Traefik
 * without a cluster. Only names of middlewares and addresses of services change.
 */
public final class FileProvider {
    private final Rendered rendered;
    private final Map<String, String> addresses;
    private final ObjectNode root = JsonNodeFactory.instance.objectNode();
    private final ObjectNode routers = root.putObject("http").putObject("routers");
    private final ObjectNode middlewares = root.withObject("/http").putObject("middlewares");
    private final ObjectNode services = root.withObject("/http").putObject("services");

    private FileProvider(Rendered rendered, Map<String, String> addresses) {
        this.rendered = rendered;
        this.addresses = addresses;
    }

    /**
     * All its middlewares and routes.
     *
     * @param addresses where each service is, by its name and port
     */
    public static FileProvider of(Rendered rendered, Map<String, String> addresses) {
        var provider = new FileProvider(rendered, addresses);
        for (ObjectNode object : rendered.traefik()) {
            switch (object.path("kind").asText()) {
                case "Middleware" -> provider.middleware(object);
                case "IngressRoute" -> provider.routes(object);
                default -> throw new AssertionError("no form for a file: " + object);
            }
        }
        return provider;
    }

    /**
     * One more route, to a service, through a middleware of Traefik's namespace if any is named.
     */
    public FileProvider route(String host, String service, String... through) {
        route("websecure", host, service, List.of(through)).putObject("tls");
        return this;
    }

    /** The same at an entry point without TLS. */
    public FileProvider routeWithoutTls(
            String entryPoint, String host, String service, List<String> through) {
        route(entryPoint, host, service, through);
        return this;
    }

    private ObjectNode route(String entryPoint, String host, String service, List<String> through) {
        ObjectNode router = routers.putObject(host);
        router.putArray("entryPoints").add(entryPoint);
        router.put("rule", "Host(`%s`)".formatted(host));
        for (String middleware : through) {
            router.withArray("/middlewares").add(name("traefik", middleware));
        }
        return router.put("service", service(service));
    }

    /** Raises the rate limit of every middleware that has one; the middleware keeps its place. */
    public FileProvider rateLimit(int perSecond) {
        for (JsonNode middleware : middlewares) {
            if (middleware.path("rateLimit") instanceof ObjectNode limit) {
                limit.put("average", perSecond).put("burst", perSecond);
            }
        }
        return this;
    }

    private void middleware(ObjectNode object) {
        String namespace = object.at("/metadata/namespace").asText();
        ObjectNode spec = object.path("spec").deepCopy();
        if (spec.has("chain")) {
            chain(spec.withObject("/chain"), namespace);
        }
        if (spec.has("forwardAuth")) {
            ObjectNode forwardAuth = spec.withObject("/forwardAuth");
            forwardAuth.put("address", reachable(forwardAuth.path("address").asText()));
        }
        middlewares.set(name(namespace, object.at("/metadata/name").asText()), spec);
    }

    private static void chain(ObjectNode chain, String namespace) {
        JsonNode references = chain.path("middlewares").deepCopy();
        var names = chain.putArray("middlewares");
        references.forEach(each -> names.add(reference(each, namespace)));
    }

    private void routes(ObjectNode object) {
        String namespace = object.at("/metadata/namespace").asText();
        JsonNode spec = object.path("spec");
        int index = 0;
        for (JsonNode route : spec.path("routes")) {
            String name = name(namespace, object.at("/metadata/name").asText());
            ObjectNode router = routers.putObject(name + "-" + index++);
            router.set("entryPoints", spec.path("entryPoints"));
            router.set("tls", spec.path("tls"));
            router.set("rule", route.path("match"));
            if (route.has("priority")) {
                router.set("priority", route.path("priority"));
            }
            for (JsonNode each : route.path("middlewares")) {
                router.withArray("/middlewares").add(reference(each, namespace));
            }
            String service = route.at("/services/0/name").asText();
            int port = port(service, namespace, route.at("/services/0/port").asText());
            router.put("service", service(service + ":" + port));
        }
    }

    private int port(String service, String namespace, String port) {
        return rendered.all(Service.class).stream()
                .filter(each -> each.getMetadata().getName().equals(service))
                .filter(each -> each.getMetadata().getNamespace().equals(namespace))
                .flatMap(each -> each.getSpec().getPorts().stream())
                .filter(each -> port.equals(each.getName()) || port.equals("" + each.getPort()))
                .map(ServicePort::getPort)
                .findFirst()
                .orElseThrow(() -> new AssertionError(service + " has no port " + port));
    }

    private String service(String address) {
        String name = address.replace(':', '-');
        services.withObject("/" + name + "/loadBalancer")
                .putArray("servers")
                .addObject()
                .put("url", "http://" + here(address));
        return name;
    }

    private String reachable(String url) {
        URI uri = URI.create(url);
        String service = uri.getHost().replaceFirst("\\..*", "") + ":" + uri.getPort();
        return uri.getScheme() + "://" + here(service) + uri.getRawPath();
    }

    private String here(String address) {
        String here = addresses.get(address);
        if (here == null) {
            throw new AssertionError("no address of " + address);
        }
        return here;
    }

    private static String reference(JsonNode reference, String namespace) {
        return name(reference.path("namespace").asText(namespace), reference.path("name").asText());
    }

    private static String name(String namespace, String name) {
        return namespace + "-" + name;
    }

    /** The configuration as YAML. */
    public String text() {
        try {
            return new YAMLMapper().writeValueAsString(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
