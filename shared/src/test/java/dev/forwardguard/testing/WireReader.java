package dev.forwardguard.testing;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/** Reads HTTP/1 messages strictly, one after the other, and consumes no byte beyond one. */
final class WireReader {
    private static final int HEAD_LIMIT = 16 << 20;

    private final InputStream in;
    private final StringBuilder seen = new StringBuilder();
    private final List<String> trailers = new ArrayList<>();

    WireReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** Waits for the first byte of a message. Returns false if the peer has closed instead. */
    boolean awaitMessage() throws IOException {
        seen.setLength(0);
        trailers.clear();
        in.mark(1);
        if (in.read() < 0) {
            return false;
        }
        in.reset();
        return true;
    }

    /** Reads the next header section, or returns null if the peer closed before its first byte. */
    @Nullable Head head() throws IOException {
        if (!awaitMessage()) {
            return null;
        }
        while (!endsWith("\r\n\r\n", 0)) {
            octet();
            if (seen.length() > HEAD_LIMIT) {
                throw new ProtocolException("head larger than " + HEAD_LIMIT);
            }
        }
        return Head.parse(seen.toString());
    }

    String requestBody(Head head) throws IOException {
        if (head.says("Transfer-Encoding", "chunked")) {
            return chunks();
        }
        return octets(length(head, 0));
    }

    String answerBody(Head head, int status, boolean toHead) throws IOException {
        if (toHead || status < 200 || status == 204 || status == 304) {
            return "";
        }
        boolean chunked = head.says("Transfer-Encoding", "chunked");
        if (chunked && head.value("Content-Length").isPresent()) {
            throw new ProtocolException("both Content-Length and Transfer-Encoding: " + head.raw());
        }
        if (chunked) {
            return chunks();
        }
        int length = length(head, -1);
        return length < 0 ? Octets.text(in.readAllBytes()) : octets(length);
    }

    /** The lines after the last chunk of the body. */
    List<String> trailers() {
        return List.copyOf(trailers);
    }

    /**
     * Reads and drops everything until the peer closes; for connections that are no longer used.
     */
    void drain() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** The beginning of the message that is being read, for error messages. */
    String seen() {
        return seen.length() > 500 ? seen.substring(0, 500) + "…" : seen.toString();
    }

    private static int length(Head head, int absent) throws ProtocolException {
        List<String> lengths = head.values("Content-Length");
        if (lengths.isEmpty()) {
            return absent;
        }
        if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,9}")) {
            throw new ProtocolException("Content-Length " + lengths);
        }
        return Integer.parseInt(lengths.getFirst());
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        while (true) {
            String size = line().replaceFirst("[ \t]*;.*", "");
            if (!size.matches("[0-9A-Fa-f]{1,7}")) {
                throw new ProtocolException("chunk size '" + size + "'");
            }
            if (Integer.parseInt(size, 16) == 0) {
                break;
            }
            body.append(octets(Integer.parseInt(size, 16)));
            if (!line().isEmpty()) {
                throw new ProtocolException("chunk longer than its size " + size);
            }
        }
        for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
            trailers.add(trailer);
        }
        return body.toString();
    }

    private String line() throws IOException {
        int start = seen.length();
        while (!endsWith("\r\n", start)) {
            octet();
        }
        return seen.substring(start, seen.length() - 2);
    }

    private String octets(int count) throws IOException {
        String text = Octets.text(in.readNBytes(count));
        seen.append(text);
        if (text.length() < count) {
            throw new EOFException(text.length() + " of " + count + " octets: " + seen());
        }
        return text;
    }

    private boolean endsWith(String end, int from) {
        int start = seen.length() - end.length();
        return start >= from && seen.indexOf(end, start) == start;
    }

    private void octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("closed within a message: " + seen());
        }
        seen.append((char) octet);
    }
}
