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

    /** A bit for each length that a name here has; nearly all other names have another one. */
    private final long lengths;

    private HeaderNames(Collection<String> names) {
        all = names.stream().map(AsciiString::new).toList();
        all.forEach(name -> this.names.set(name, ""));
        lengths = all.stream().mapToLong(HeaderNames::lengthBit).reduce(0, (a, b) -> a | b);
    }

    private static long lengthBit(CharSequence name) {
        return 1L << Math.min(name.length(), Long.SIZE - 1);
    }

    public static HeaderNames of(String... names) {
        return new HeaderNames(List.of(names));
    }

    public static HeaderNames of(Collection<String> names) {
        return new HeaderNames(names);
    }

    public boolean contains(CharSequence name) {
        return (lengths & lengthBit(name)) != 0 && names.contains(name);
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
