package dev.forwardguard.edge.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.net.URI;
import java.net.URISyntaxException;

/** URLs without a user or password: they are printed, and are labels of metrics. */
final class UrlConverter implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
        // also where it is no URL at all, so that no message quotes a password
        if (text.contains("@")) {
            throw new TypeConversionException(
                    "a URL must have no user or password, since it is printed");
        }
        try {
            return new URI(text);
        } catch (URISyntaxException _) {
            throw new TypeConversionException("not a URL such as http://gateway:8082: " + text);
        }
    }
}
