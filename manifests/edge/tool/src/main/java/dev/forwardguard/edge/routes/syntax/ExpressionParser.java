package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import dev.forwardguard.edge.routes.syntax.Expression.Call;
import dev.forwardguard.edge.routes.syntax.Expression.Kind;
import dev.forwardguard.edge.routes.syntax.Expression.Literal;
import dev.forwardguard.edge.routes.syntax.Expression.Not;
import dev.forwardguard.edge.routes.syntax.Expression.Operation;
import dev.forwardguard.edge.routes.syntax.Lexer.Token;
import dev.forwardguard.edge.routes.syntax.Lexer.TokenKind;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads rules and conditions with Go's precedence: comparisons, {@code &&}, {@code ||}
 * (vulcand/predicate, which lets Go's own parser read them).
 */
final class ExpressionParser {
    private static final int MAX_LENGTH = 64 << 10;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_OPERATIONS = 1_000;
    private static final Set<String> COMPARISONS = Set.of("<", ">", "<=", ">=", "==", "!=");

    private final List<Token> tokens;
    private int at;
    private int depth;
    private int operations;

    private ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    static Expression parse(String text) throws SyntaxException {
        if (text.length() > MAX_LENGTH) {
            throw new SyntaxException("is longer than 64 KiB");
        }
        ExpressionParser parser = new ExpressionParser(Lexer.tokens(text));
        if (parser.peek().kind() == TokenKind.END) {
            throw new SyntaxException("is empty");
        }
        Expression expression = parser.disjunction();
        if (parser.peek().kind() != TokenKind.END) {
            throw new SyntaxException("expected && or || before " + quoted(parser.peek().text()));
        }
        return expression;
    }

    private Expression disjunction() throws SyntaxException {
        Expression left = conjunction();
        while (takes("||")) {
            left = joined("||", left, conjunction());
        }
        return left;
    }

    private Expression conjunction() throws SyntaxException {
        Expression left = comparison();
        while (takes("&&")) {
            left = joined("&&", left, comparison());
        }
        return left;
    }

    private Expression joined(String operator, Expression left, Expression right)
            throws SyntaxException {
        if (++operations > MAX_OPERATIONS) {
            throw new SyntaxException("has more than 1,000 && and ||");
        }
        return new Operation(operator, left, right);
    }

    private Expression comparison() throws SyntaxException {
        Expression left = unary();
        Token next = peek();
        if (next.kind() != TokenKind.SIGN || !COMPARISONS.contains(next.text())) {
            return left;
        }
        at++;
        return new Operation(next.text(), left, unary());
    }

    private Expression unary() throws SyntaxException {
        if (++depth > MAX_DEPTH) {
            throw new SyntaxException("is nested too deeply");
        }
        try {
            return takes("!") ? new Not(unary()) : primary();
        } finally {
            depth--;
        }
    }

    private Expression primary() throws SyntaxException {
        if (takes("(")) {
            Expression inner = disjunction();
            expect(")");
            return inner;
        }
        Token next = peek();
        at++;
        return switch (next.kind()) {
            case NAME -> call(next.text());
            case TEXT, INTEGER, FLOAT -> literal(next);
            case SIGN, END -> throw new SyntaxException("unexpected " + quoted(next.text()));
        };
    }

    private Expression call(String name) throws SyntaxException {
        if (!takes("(")) {
            throw new SyntaxException(quoted(name) + " needs its arguments in parentheses");
        }
        List<Literal> arguments = new ArrayList<>();
        if (!takes(")")) {
            do {
                Token next = peek();
                at++;
                arguments.add(literal(next));
            } while (takes(","));
            expect(")");
        }
        return new Call(name, List.copyOf(arguments));
    }

    private static Literal literal(Token token) throws SyntaxException {
        return switch (token.kind()) {
            case TEXT -> new Literal(Kind.TEXT, token.text());
            case INTEGER -> new Literal(Kind.INTEGER, token.text());
            case FLOAT -> new Literal(Kind.FLOAT, token.text());
            case NAME ->
                    throw new SyntaxException("put " + quoted(token.text()) + " in back quotes");
            case SIGN, END -> throw new SyntaxException("unexpected " + quoted(token.text()));
        };
    }

    private void expect(String sign) throws SyntaxException {
        if (!takes(sign)) {
            throw new SyntaxException(
                    "expected %s before %s".formatted(sign, quoted(peek().text())));
        }
    }

    private boolean takes(String sign) {
        if (!peek().isSign(sign)) {
            return false;
        }
        at++;
        return true;
    }

    private Token peek() {
        return tokens.get(Math.min(at, tokens.size() - 1));
    }
}
