package dev.forwardguard.settings;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * An immutable set of header names, asked without regard to case and without a copy of the name.
 */
public final class HeaderNames {
    private final HttpHeaders names =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();

    private HeaderNames(Collection<String> names) {
        names.forEach(name -> this.names.set(name, ""));
    }

    public static HeaderNames of(String... names) {
        return new HeaderNames(List.of(names));
    }

    public static HeaderNames of(Collection<String> names) {
        return new HeaderNames(names);
    }

    public boolean contains(CharSequence name) {
        return names.contains(name);
    }

    /** Removes the headers of these names. */
    public void removeFrom(HttpHeaders headers) {
        for (Map.Entry<String, String> name : names) {
            headers.remove(name.getKey());
        }
    }

    @Override
    public String toString() {
        return names.names().toString();
    }
}
