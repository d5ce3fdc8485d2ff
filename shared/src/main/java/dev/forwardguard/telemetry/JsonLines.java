package dev.forwardguard.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.slf4j.event.KeyValuePair;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Encodes each log event as a JSON object on one line, with the key-value pairs of the event as
 * fields. Logback's own JSON encoder puts them into a list and does not write readable times.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    private final JsonFactory json = new JsonFactory();
    private final ThrowableProxyConverter stackTraces = new ThrowableProxyConverter();

    @Override
    public void start() {
        stackTraces.setOptionList(List.of("30"));
        stackTraces.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        var line = new ByteArrayOutputStream(256);
        try (JsonGenerator out = json.createGenerator(line)) {
            write(event, out);
        } catch (IOException e) {
            return "{\"message\":\"unloggable\"}\n".getBytes(UTF_8);
        }
        line.write('\n');
        return line.toByteArray();
    }

    private void write(ILoggingEvent event, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("time", event.getInstant().toString());
        out.writeStringField("level", event.getLevel().toString());
        out.writeStringField("logger", event.getLoggerName());
        out.writeFieldName("message");
        text(event.getFormattedMessage(), out);
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                out.writeFieldName(pair.key);
                value(pair.value, out);
            }
        }
        if (event.getThrowableProxy() != null) {
            out.writeFieldName("exception");
            text(stackTraces.convert(event), out);
        }
        out.writeEndObject();
    }

    /** Not a type switch: Java generates its code in each process, at the first log line. */
    private static void value(Object value, JsonGenerator out) throws IOException {
        if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof Integer number) {
            out.writeNumber(number);
        } else if (value instanceof Map<?, ?> fields) {
            out.writeStartObject();
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                out.writeFieldName(String.valueOf(field.getKey()));
                value(field.getValue(), out);
            }
            out.writeEndObject();
        } else if (value == null) {
            out.writeNull();
        } else {
            text(value.toString(), out);
        }
    }

    private static void text(String text, JsonGenerator out) throws IOException {
        if (VisibleJson.isPlain(text)) {
            out.writeString(text);
        } else {
            out.writeRawValue(VisibleJson.quoted(text));
        }
    }
}
