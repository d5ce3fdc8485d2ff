package dev.forwardguard.http1;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.Collection;
import java.util.List;

/** An immutable set of header names. Lookups ignore case and do not copy the name. */
public final class HeaderNames {
    /** No names. */
    public static final HeaderNames NONE = of();

    private final HttpHeaders names =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();

    /** One bit per length that a name in the set has. It rules out nearly all other names. */
    private final long lengths;

    private HeaderNames(Collection<String> names) {
        names.forEach(name -> this.names.set(AsciiString.of(name), ""));
        lengths = names.stream().mapToLong(HeaderNames::lengthBit).reduce(0, (a, b) -> a | b);
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

    @Override
    public String toString() {
        return names.names().toString();
    }
}
