package dev.forwardguard.settings;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.Collection;
import java.util.List;

/**
 * An immutable set of header names, asked without regard to case and without a copy of the name.
 */
public final class HeaderNames {
    /** They keep their hash codes, which Netty's own are compared with. */
    private final List<AsciiString> all;

    private final HttpHeaders names =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();

    private HeaderNames(Collection<String> names) {
        all = names.stream().map(AsciiString::new).toList();
        all.forEach(name -> this.names.set(name, ""));
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
        for (AsciiString name : all) {
            headers.remove(name);
        }
    }

    @Override
    public String toString() {
        return names.names().toString();
    }
}
