package dev.forwardguard.http1;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Other spellings of some header names. To a gateway {@code X_User.Name} and {@code X-User-Name}
 * are two headers. To an application behind WSGI, CGI or PHP they may be one, because everything
 * that is no letter or digit is replaced.
 */
public final class HeaderAliases {
    private final List<AsciiString> names;

    /** One bit per length that a name has. It rules out most headers. */
    private final long lengths;

    private HeaderAliases(Collection<String> names) {
        this.names = names.stream().map(name -> new AsciiString(name).toLowerCase()).toList();
        lengths =
                this.names.stream().mapToLong(HeaderAliases::lengthBit).reduce(0, (a, b) -> a | b);
    }

    /**
     * The aliases of these names.
     *
     * @param names letters, digits and {@code -}
     */
    public static HeaderAliases of(Collection<String> names) {
        return new HeaderAliases(names);
    }

    private static long lengthBit(CharSequence name) {
        return 1L << Math.min(name.length(), Long.SIZE - 1);
    }

    /** Whether one of the headers has an alias as its name. */
    public boolean areIn(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            if (contain(fields.next().getKey())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the name equals one of the names if every character that is no letter or digit counts
     * as {@code -}, and is not that name, in any case.
     */
    boolean contain(CharSequence name) {
        if ((lengths & lengthBit(name)) == 0) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) { // no iterator: this runs for each request
            AsciiString known = names.get(i);
            if (known.length() == name.length() && isAlias(name, known)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAlias(CharSequence name, AsciiString known) {
        boolean same = true;
        for (int at = 0; at < known.length(); at++) {
            char expected = known.charAt(at);
            char found = AsciiString.toLowerCase(name.charAt(at));
            if (expected == '-' && !isLetterOrDigit(found)) {
                same &= found == '-';
            } else if (found != expected) {
                return false;
            }
        }
        return !same;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
}
