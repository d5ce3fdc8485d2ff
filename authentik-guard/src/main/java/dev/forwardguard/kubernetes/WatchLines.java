package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import okhttp3.ResponseBody;

import okio.BufferedSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** The lines of a watch response, read as they arrive. */
final class WatchLines implements AutoCloseable {
    private final ResponseBody body;
    private final BufferedSource source;

    WatchLines(ResponseBody body) {
        this.body = body;
        this.source = body.source();
    }

    /**
     * Waits for the next line that is not blank. Returns null at the end, and ignores an incomplete
     * last line.
     */
    byte @Nullable [] next() throws ListWatchException {
        try {
            byte[] line;
            do {
                long end = source.indexOf((byte) '\n', 0, SecretApi.MAX_BYTES);
                if (end < 0 && source.getBuffer().size() >= SecretApi.MAX_BYTES) {
                    throw new ListWatchException(ListWatchResult.TOO_LARGE);
                }
                if (end < 0) {
                    return null;
                }
                line = source.readByteArray(end);
                source.skip(1);
            } while (new String(line, ISO_8859_1).isBlank());
            return line;
        } catch (IOException e) {
            throw ListWatchException.of(e, ListWatchResult.CLOSED);
        }
    }

    @Override
    public void close() {
        body.close();
    }
}
