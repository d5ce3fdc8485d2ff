package dev.forwardguard.authentik.emergency.form;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.Credentials;

import io.netty.handler.codec.http.QueryStringDecoder;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was typed into the form of the emergency page.
 *
 * @param page where the form was, as the form says: path and query
 * @param typed empty if it cannot be a user and a password
 */
record SignInForm(String page, Optional<Credentials> typed) {
    static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    private static final int MOST_FIELDS = 8;

    /**
     * Reads a form. Empty if it is not that of the page: each of its fields exactly once.
     *
     * @param body as browsers encode forms (WHATWG URL, section 5)
     */
    static Optional<SignInForm> parse(byte[] body) {
        try {
            Map<String, List<String>> fields =
                    new QueryStringDecoder(new String(body, UTF_8), UTF_8, false, MOST_FIELDS)
                            .parameters();
            Optional<String> page = one(fields, "page");
            Optional<String> user = one(fields, "user");
            Optional<String> password = one(fields, "password");
            return page.isEmpty() || user.isEmpty() || password.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new SignInForm(
                                    page.get(),
                                    // keyboards of telephones add a blank
                                    Credentials.typed(user.get().strip(), password.get())));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<String> one(Map<String, List<String>> fields, String name) {
        List<String> values = fields.getOrDefault(name, List.of());
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }
}
