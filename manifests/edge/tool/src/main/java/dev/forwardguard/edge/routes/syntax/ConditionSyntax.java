package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import dev.forwardguard.edge.routes.syntax.Expression.Call;
import dev.forwardguard.edge.routes.syntax.Expression.Kind;
import dev.forwardguard.edge.routes.syntax.Expression.Literal;
import dev.forwardguard.edge.routes.syntax.Expression.Not;
import dev.forwardguard.edge.routes.syntax.Expression.Operation;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A condition over functions (vulcand/oxy cbreaker/predicates.go and buffer/threshold.go): a
 * function is compared with a number or text on its right.
 *
 * @param functions by name
 */
record ConditionSyntax(Map<String, Function> functions) implements Syntax {
    static final Map<String, Function> CIRCUIT_BREAKER =
            Map.of(
                    "NetworkErrorRatio", new Function(List.of(), Kind.FLOAT),
                    "LatencyAtQuantileMS", new Function(List.of(Kind.FLOAT), Kind.INTEGER),
                    "ResponseCodeRatio",
                            new Function(
                                    List.of(Kind.INTEGER, Kind.INTEGER, Kind.INTEGER, Kind.INTEGER),
                                    Kind.FLOAT));

    static final Map<String, Function> RETRY =
            Map.of(
                    "RequestMethod", new Function(List.of(), Kind.TEXT),
                    "IsNetworkError", new Function(List.of(), null),
                    "Attempts", new Function(List.of(), Kind.INTEGER),
                    "ResponseCode", new Function(List.of(), Kind.INTEGER));

    /**
     * A function.
     *
     * @param result what it is compared with, or null if it is a condition by itself
     */
    record Function(List<Kind> arguments, @Nullable Kind result) {}

    @Override
    public Optional<String> complaint(String text) {
        try {
            condition(ExpressionParser.parse(text));
            return Optional.empty();
        } catch (SyntaxException e) {
            return Optional.of("is no condition: " + e.getMessage());
        }
    }

    private void condition(Expression expression) throws SyntaxException {
        switch (expression) {
            case Operation(String operator, Expression left, Expression right)
                    when operator.equals("&&") || operator.equals("||") -> {
                condition(left);
                condition(right);
            }
            case Operation operation -> comparison(operation);
            case Call call -> {
                if (function(call).result() != null) {
                    throw new SyntaxException(call.name() + "() must be compared with a value");
                }
            }
            case Not not -> throw new SyntaxException("! is not possible here");
            case Literal literal ->
                    throw new SyntaxException(
                            quoted(literal.value()) + " is compared with nothing");
        }
    }

    private void comparison(Operation operation) throws SyntaxException {
        if (!(operation.left() instanceof Call call)
                || !(operation.right() instanceof Literal value)) {
            throw new SyntaxException(
                    "a comparison has a function on its left and a value on its right");
        }
        Kind kind = function(call).result();
        if (value.kind() != kind) {
            throw new SyntaxException(
                    "%s() cannot be compared with %s: %s"
                            .formatted(call.name(), quoted(value.value()), expected(kind)));
        }
        boolean equality = operation.operator().equals("==") || operation.operator().equals("!=");
        if (kind == Kind.TEXT && !equality) {
            throw new SyntaxException(call.name() + "() can only be compared with == and !=");
        }
    }

    private Function function(Call call) throws SyntaxException {
        Function function = functions.get(call.name());
        if (function == null) {
            throw new SyntaxException(
                    "no function %s, there are %s"
                            .formatted(
                                    quoted(call.name()),
                                    String.join(", ", new TreeSet<>(functions.keySet()))));
        }
        List<Kind> kinds = call.arguments().stream().map(Literal::kind).toList();
        if (!kinds.equals(function.arguments())) {
            throw new SyntaxException(
                    function.arguments().isEmpty()
                            ? call.name() + "() takes no argument"
                            : "%s takes %d argument(s): %s"
                                    .formatted(
                                            call.name(),
                                            function.arguments().size(),
                                            expected(function.arguments().get(0))));
        }
        return function;
    }

    private static String expected(@Nullable Kind kind) {
        return switch (kind) {
            case FLOAT -> "a number with a point such as 0.5";
            case INTEGER -> "a whole number";
            case TEXT -> "a text in quotes";
            case null -> "nothing";
        };
    }
}
