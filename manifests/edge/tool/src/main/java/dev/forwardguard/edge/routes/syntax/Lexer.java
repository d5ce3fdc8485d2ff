package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits an expression into tokens. */
final class Lexer {
    /** What a token is; a sign is an operator, a parenthesis or a comma. */
    enum TokenKind {
        NAME,
        SIGN,
        TEXT,
        INTEGER,
        FLOAT,
        END
    }

    /**
     * A token.
     *
     * @param text the name, sign or number as written, or the text that quotes stand for
     */
    record Token(TokenKind kind, String text) {
        boolean isSign(String sign) {
            return kind == TokenKind.SIGN && text.equals(sign);
        }
    }

    private static final Pattern SPACE = Pattern.compile("[ \\t\\r\\n]*");
    private static final Pattern TOKEN =
            Pattern.compile(
                    "(?<name>[A-Za-z_][A-Za-z0-9_]*)"
                            + "|(?<float>(0|[1-9][0-9]{0,17})\\.[0-9]{1,18})(?![0-9A-Za-z_.])"
                            + "|(?<integer>0|[1-9][0-9]{0,17})(?![0-9A-Za-z_.])"
                            + "|(?<sign>&&|\\|\\||[<>=!]=|[<>!(),])"
                            + "|`(?<raw>[^`\\p{Cntrl}]*)`"
                            + "|\"(?<text>([^\"\\\\\\p{Cntrl}]|\\\\[^\\p{Cntrl}])*)\"");

    /** Go takes the end of a line for the end of the expression, unless it follows one of these. */
    private static final Set<String> GOES_ON = Set.of("&&", "||", "!", "(", ",");

    private final String expression;
    private final List<Token> tokens = new ArrayList<>();

    private Lexer(String expression) {
        this.expression = expression;
    }

    /** The tokens, the last one of kind {@link TokenKind#END}. */
    static List<Token> tokens(String expression) throws SyntaxException {
        Lexer lexer = new Lexer(expression);
        lexer.read();
        lexer.tokens.add(new Token(TokenKind.END, "the end"));
        return lexer.tokens;
    }

    private void read() throws SyntaxException {
        Matcher space = SPACE.matcher(expression);
        Matcher token = TOKEN.matcher(expression);
        int at = 0;
        while (true) {
            space.region(at, expression.length());
            boolean lineEnds = space.lookingAt() && space.group().contains("\n");
            at = space.end();
            if (at == expression.length()) {
                return;
            }
            if (lineEnds && endsHere()) {
                throw new SyntaxException("a line may end only after && || ! ( or a comma");
            }
            token.region(at, expression.length());
            if (!token.lookingAt()) {
                throw new SyntaxException("cannot read " + quoted(expression.substring(at)));
            }
            tokens.add(token(token));
            at = token.end();
        }
    }

    private boolean endsHere() {
        return !tokens.isEmpty() && !GOES_ON.contains(tokens.get(tokens.size() - 1).text());
    }

    private static Token token(Matcher match) throws SyntaxException {
        if (match.group("name") != null) {
            return new Token(TokenKind.NAME, match.group("name"));
        }
        if (match.group("float") != null) {
            return new Token(TokenKind.FLOAT, match.group("float"));
        }
        if (match.group("integer") != null) {
            return new Token(TokenKind.INTEGER, match.group("integer"));
        }
        if (match.group("sign") != null) {
            return new Token(TokenKind.SIGN, match.group("sign"));
        }
        return match.group("raw") != null
                ? new Token(TokenKind.TEXT, match.group("raw"))
                : new Token(TokenKind.TEXT, unescaped(match.group("text")));
    }

    /** Go's escapes, without those that stand for bytes or control characters. */
    private static String unescaped(String text) throws SyntaxException {
        StringBuilder unescaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                unescaped.append(c);
                continue;
            }
            char escape = text.charAt(++i);
            if (escape != '\\' && escape != '"') {
                throw new SyntaxException(
                        "\\%c in double quotes: write \\\\%c, or use back quotes"
                                .formatted(escape, escape));
            }
            unescaped.append(escape);
        }
        return unescaped.toString();
    }
}
