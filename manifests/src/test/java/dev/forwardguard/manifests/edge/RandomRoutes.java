package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.edge.routes.model.Model;
import dev.forwardguard.edge.routes.model.Shape;
import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.ValueType;

import java.util.List;
import java.util.Random;

/**
 * Makes objects along the tool's model, with values that the model takes, many of them odd. Other
 * objects are always named {@code base}.
 */
final class RandomRoutes {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Each type of value takes a few of these. */
    private static final List<String> VALUES =
            List.of(
                    "0",
                    "1",
                    "-1",
                    "2",
                    "7",
                    "64",
                    "128",
                    "404",
                    "429",
                    "599",
                    "65535",
                    "2147483647",
                    "9223372036854774807",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "true",
                    "false",
                    "",
                    " ",
                    "a",
                    "ab c",
                    "a, b",
                    "ä",
                    "*",
                    "$1",
                    "${a}",
                    "%",
                    "\\",
                    "'",
                    "\"",
                    "1ns",
                    "1.5s",
                    "100ms",
                    "1h30m",
                    "2540400h",
                    "9223372036",
                    "-5m",
                    "µ",
                    "1µs",
                    "GET",
                    "X-Header",
                    "x_y.z~",
                    "!#$%&'*+-.^_`|~",
                    "http/1.1",
                    "h2",
                    "text/html",
                    "text/html; charset=utf-8",
                    "a.example.com",
                    "*.example.com",
                    ".example.com",
                    "_x",
                    "/",
                    "/a/b",
                    "/a?b=%20c",
                    "/%zz",
                    "/{status}.html",
                    "//a",
                    "http://a",
                    "https://127.0.0.1:9/a?b#",
                    "http://[::1]:9",
                    "h2c://a_b:65535?x",
                    "http://a/%41",
                    "https://a./",
                    "127.0.0.1:9",
                    "[::1]:1",
                    "a-b.c:65535",
                    "10.0.0.0/8",
                    "::/0",
                    "0.0.0.0/0",
                    "192.0.2.7",
                    "::ffff:1.2.3.4/96",
                    "2001:db8::1",
                    "500-599",
                    "404-404",
                    "100-599",
                    "^a$",
                    "(?i)[^\\]a-z]+?{",
                    "(?P<n>a|b)*",
                    "\\p{Lu}\\x41",
                    "[]a]|",
                    "a{0,1000}",
                    "NetworkErrorRatio() > 0.5",
                    "LatencyAtQuantileMS(0.0) == 0 || ResponseCodeRatio(0, 0, 0, 0) != 1.0",
                    "IsNetworkError()",
                    "RequestMethod() == \"\" && Attempts() < 0",
                    "u:$apr1$abcdefgh$0123456789abcdefghijkl",
                    "u:{SHA}0123456789abcdefghijklmnopq=",
                    "u:a realm:0123456789abcdef0123456789abcdef",
                    "1; mode=block");

    private static final List<String> HTTP_RULES =
            List.of(
                    "Host(`%s`)",
                    "!Host(`%s`)",
                    "Path(\"/\") && HOST(`%s`) || !(Method(`a`))",
                    "Query(`a`) || Query(`%s`, `ä`)",
                    "HeaderRegexp(`%s`, `a+`)",
                    "PathRegexp(`^/%s[[:alpha:]]{1,3}$`) &&\n ClientIP(`::1`)");

    private final Random random;
    private int serial;

    RandomRoutes(long seed) {
        this.random = new Random(seed);
    }

    /** One object of a collection, in the form of files. */
    JsonNode object(String section, String collection) {
        Fields fields = (Fields) shape((Fields) shape(Model.configuration(), section), collection);
        return object(fields, section);
    }

    private static Shape shape(Fields fields, String name) {
        Shape shape = fields.field(name).orElseThrow().shape();
        return shape instanceof Shape.Named named ? named.element() : shape;
    }

    private ObjectNode object(Fields fields, String section) {
        ObjectNode object = JSON.objectNode();
        List<String> kinds = fields.oneOf().stream().filter(kind -> isKind(fields, kind)).toList();
        String kind = kinds.isEmpty() ? "" : kinds.get(random.nextInt(kinds.size()));
        for (Field field : fields.fields().values()) {
            boolean chosen =
                    fields.oneOf().contains(field.name())
                            ? field.name().equals(kind)
                            : field.required() || random.nextBoolean();
            boolean skipped = field.shape() instanceof Shape.Removed || isLeftOut(field.name());
            if (chosen && !skipped) {
                object.set(field.name(), field(field, section));
            }
        }
        return object;
    }

    private static boolean isKind(Fields fields, String kind) {
        return !(fields.field(kind).orElseThrow().shape() instanceof Shape.Removed)
                && !kind.equals("plugin");
    }

    /** What depends on more than the gateway. */
    private static boolean isLeftOut(String field) {
        return field.equals("parentRefs") || field.equals("redis") || field.equals("certResolver");
    }

    private JsonNode field(Field field, String section) {
        if (field.mayBeEmpty() && random.nextInt(4) == 0) {
            return JSON.objectNode();
        }
        return value(field.shape(), section);
    }

    private JsonNode value(Shape shape, String section) {
        return switch (shape) {
            case Shape.Scalar(ValueType type) -> JSON.textNode(text(type, section));
            case Shape.Items(Shape element) -> {
                ArrayNode items = JSON.arrayNode();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    items.add(value(element, section));
                }
                yield items;
            }
            case Shape.Texts(ValueType key, ValueType value) ->
                    JSON.objectNode().put(text(key, section), text(value, section));
            case Fields fields -> object(fields, section);
            default -> throw new AssertionError(shape.toString());
        };
    }

    private String text(ValueType type, String section) {
        return switch (type) {
            case ValueType.Reference reference -> random.nextBoolean() ? "base" : "base@etcd";
            case ValueType.EntryPoint entryPoint ->
                    section.equals("udp") ? "dns" : random.nextBoolean() ? "web" : "websecure";
            case ValueType.Pem pem -> pem.privateKey() ? "pem/site-key.pem" : "pem/site.pem";
            case ValueType.Judged judged -> judged(judged);
        };
    }

    private String judged(ValueType.Judged type) {
        if (type.word().equals("http-rule")) {
            return HTTP_RULES.get(random.nextInt(HTTP_RULES.size())).formatted("h" + serial++);
        }
        if (type.word().equals("tcp-rule")) {
            return "HostSNI(`t%d`) && ALPN(`a`)".formatted(serial++);
        }
        List<String> taken =
                VALUES.stream().filter(value -> type.syntax().complaint(value).isEmpty()).toList();
        // Enumerations know none of the values above, and tell their words.
        return taken.isEmpty() ? word(type) : taken.get(random.nextInt(taken.size()));
    }

    private String word(ValueType.Judged type) {
        String complaint = type.syntax().complaint("\0").orElseThrow();
        String[] words = complaint.replaceFirst(".* must be one of ", "").split(", ", -1);
        return words[random.nextInt(words.length)];
    }
}
