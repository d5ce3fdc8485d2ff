package dev.forwardguard.testing;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The text that Java would print for a record, to check hand-written {@code toString} methods. */
public final class RecordText {
    private RecordText() {}

    public static String of(Record printed) {
        return Arrays.stream(printed.getClass().getRecordComponents())
                .map(component -> component.getName() + "=" + value(component, printed))
                .collect(Collectors.joining(", ", printed.getClass().getSimpleName() + "[", "]"));
    }

    private static Object value(RecordComponent component, Record printed) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(printed);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
