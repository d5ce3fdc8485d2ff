package dev.forwardguard.authentik.emergency.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.http1.OutgoingHeaders;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

class EmergencyCookieTest {
    private static HttpHeaders cookies(String... fields) {
        return new DefaultHttpHeaders().set("Cookie", List.of(fields));
    }

    @Test
    void browsersKeepItToTheHost() {
        assertThat(EmergencyCookie.set("token"))
                .isEqualTo("__Host-emergency=token; Path=/; Secure; HttpOnly; SameSite=Lax");
        assertThat(EmergencyCookie.clear())
                .isEqualTo("__Host-emergency=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    @Test
    void findsAllOfThem() {
        assertThat(EmergencyCookie.values(cookies("a=1; __Host-emergency=x; b=2")))
                .containsExactly("x");
        assertThat(EmergencyCookie.values(cookies("__Host-emergency=x;__Host-emergency=y")))
                .containsExactly("x", "y");
        assertThat(EmergencyCookie.values(cookies("__Host-emergency=x", "__Host-emergency=y")))
                .containsExactly("x", "y");
        assertThat(EmergencyCookie.values(cookies("__Host-emergency; __Host-emergency=")))
                .containsExactly("", "");
        assertThat(EmergencyCookie.values(cookies("__Host-emergency2=x; x__Host-emergency=y")))
                .isEmpty();
        assertThat(EmergencyCookie.values(new DefaultHttpHeaders())).isEmpty();
    }

    /** The application's cookies are none of the guard's business. */
    @ParameterizedTest
    @CsvSource({
        "a=1; __Host-emergency=x; b=2, a=1; b=2",
        "__Host-emergency=x; b=2, b=2",
        "a=1; __Host-emergency=x, a=1",
        "a=1;__Host-emergency=x;b=2, a=1;b=2",
        "'a=\"x;y\"; __Host-emergency=x', 'a=\"x;y\"'",
        "a=1; __Host-emergency2=x, a=1; __Host-emergency2=x",
        "'a=1;  b= 2 ;', 'a=1;  b= 2 ;'",
        "__Host-emergency=x, ''",
        "__Host-emergency=x; __Host-emergency=y, ''"
    })
    void takesItAwayAndNothingElse(String sent, String left) {
        List<String> expected = left.isEmpty() ? List.of() : List.of(left);

        HttpHeaders passedThrough = cookies(sent).set("Accept", "*/*");
        EmergencyCookie.strip(passedThrough);
        assertThat(passedThrough.getAll("Cookie")).isEqualTo(expected);
        assertThat(passedThrough.getAll("Accept")).containsExactly("*/*");

        HttpHeaders all = cookies(sent, "second=field").set("Accept", "*/*");
        OutgoingHeaders outgoing =
                each -> all.forEach(field -> each.accept(field.getKey(), field.getValue()));
        List<String> written = new ArrayList<>();
        EmergencyCookie.strip(outgoing).forEach((name, value) -> written.add(name + ": " + value));
        List<String> wanted = new ArrayList<>();
        expected.forEach(field -> wanted.add("Cookie: " + field));
        wanted.addAll(List.of("Cookie: second=field", "Accept: */*"));
        assertThat(written).containsExactlyInAnyOrderElementsOf(wanted);
    }
}
