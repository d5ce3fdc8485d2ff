package dev.forwardguard.edge.routes.syntax;

import dev.forwardguard.edge.routes.syntax.Expression.Call;
import dev.forwardguard.edge.routes.syntax.Expression.Literal;
import dev.forwardguard.edge.routes.syntax.Expression.Not;
import dev.forwardguard.edge.routes.syntax.Expression.Operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The host names of a rule, by which Traefik finds certificates and TLS options. */
public final class RuleHosts {
    private RuleHosts() {}

    /**
     * What a matcher names in lower case, without those behind {@code !}; empty if the rule is
     * wrong.
     *
     * @param matcher {@code Host} or {@code HostSNI}
     */
    public static List<String> of(String rule, String matcher) {
        List<String> hosts = new ArrayList<>();
        try {
            collect(ExpressionParser.parse(rule), matcher, false, hosts);
        } catch (SyntaxException e) {
            return List.of();
        }
        return hosts;
    }

    private static void collect(
            Expression expression, String matcher, boolean negated, List<String> hosts) {
        switch (expression) {
            case Not(Expression operand) -> collect(operand, matcher, !negated, hosts);
            case Operation(String operator, Expression left, Expression right) -> {
                collect(left, matcher, negated, hosts);
                collect(right, matcher, negated, hosts);
            }
            case Call(String name, List<Literal> arguments) -> {
                if (!negated && name.equalsIgnoreCase(matcher)) {
                    arguments.forEach(host -> hosts.add(host.value().toLowerCase(Locale.ROOT)));
                }
            }
            case Literal literal -> {}
        }
    }
}
