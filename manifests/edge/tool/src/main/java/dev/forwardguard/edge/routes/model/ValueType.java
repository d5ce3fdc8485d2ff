package dev.forwardguard.edge.routes.model;

import dev.forwardguard.edge.routes.syntax.Syntax;

/** A kind of scalar. */
public sealed interface ValueType {
    /**
     * A text that can be judged by itself.
     *
     * @param word the type's name in the model
     */
    record Judged(String word, Syntax syntax) implements ValueType {}

    /** The name of another object. */
    record Reference(String section, String collection) implements ValueType {}

    /** The name of an entry point of the gateways. */
    record EntryPoint() implements ValueType {}

    /** PEM, or the path of a file with it. */
    record Pem(boolean privateKey) implements ValueType {}
}
