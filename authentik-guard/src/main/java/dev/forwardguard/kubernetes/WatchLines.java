package dev.forwardguard.kubernetes;

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
            } while (isBlank(line));
            return line;
        } catch (IOException e) {
            throw ListWatchException.of(e, ListWatchResult.CLOSED);
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        body.close();
    }
}
