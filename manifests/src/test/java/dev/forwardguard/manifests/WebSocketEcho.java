package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.HttpDialogue;
import dev.forwardguard.testing.ReceivedRequest;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The server's side of a browser's WebSocket: answers each short text with the same text after the
 * name of the user whom the handshake identified.
 */
final class WebSocketEcho {
    /** From RFC 6455, section 1.3. */
    private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int TEXT = 0x81;
    private static final int MASK_LENGTH = 4;
    private static final int LENGTH = 0x7f;

    private WebSocketEcho() {}

    static void answer(HttpDialogue dialogue, ReceivedRequest handshake) throws IOException {
        String key = handshake.header("Sec-WebSocket-Key").orElseThrow();
        dialogue.send(
                Answer.of(101)
                        .with("Upgrade", "websocket")
                        .with("Connection", "Upgrade")
                        .with("Sec-WebSocket-Accept", accept(key))
                        .wire());
        String user = handshake.header("X-authentik-username").orElse("nobody");
        var in = new DataInputStream(dialogue.socket().getInputStream());
        while (in.read() == TEXT) { // anything else, or the end, ends it
            byte[] echo = (user + " " + text(in)).getBytes(StandardCharsets.ISO_8859_1);
            dialogue.send((char) TEXT + "" + (char) echo.length + latin1(echo));
        }
        dialogue.close();
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] text = new byte[in.readUnsignedByte() & LENGTH];
        byte[] mask = in.readNBytes(MASK_LENGTH);
        in.readFully(text);
        for (int i = 0; i < text.length; i++) {
            text[i] ^= mask[i % MASK_LENGTH];
        }
        return latin1(text);
    }

    private static String latin1(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static String accept(String key) {
        try {
            byte[] octets = (key + SUFFIX).getBytes(StandardCharsets.ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
