package dev.forwardguard.edge.routes.syntax;

import java.util.List;

/** A rule or a condition, in the part of Go's syntax that Traefik's parsers use. */
sealed interface Expression {
    /** A matcher or function with its arguments. */
    record Call(String name, List<Literal> arguments) implements Expression {}

    /** A number or a text. */
    record Literal(Kind kind, String value) implements Expression {}

    /** {@code !}. */
    record Not(Expression operand) implements Expression {}

    /** {@code &&}, {@code ||} and the comparisons. */
    record Operation(String operator, Expression left, Expression right) implements Expression {}

    /** Kinds of literals, which functions do not convert. */
    enum Kind {
        TEXT,
        INTEGER,
        FLOAT
    }
}
