package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.HttpDialogue;
import dev.forwardguard.testing.ReceivedRequest;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * An application that welcomes the user whom the handshake identifies, and sends short frames back
 * (RFC 6455).
 */
final class WebSocketEcho implements Behaviour {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int FINAL_TEXT = 0x81;
    private static final int CLOSE = 8;
    private static final int MASKED = 0x80;

    @Override
    public void answer(HttpDialogue dialogue, ReceivedRequest request) throws IOException {
        dialogue.send(
                Answer.of(101)
                        .with("Upgrade", "websocket")
                        .with("Connection", "Upgrade")
                        .with(
                                "Sec-WebSocket-Accept",
                                accept(request.header("Sec-WebSocket-Key").orElse("")))
                        .wire());
        String welcome = "welcome " + request.header("X-authentik-username").orElse("nobody");
        send(dialogue, FINAL_TEXT, welcome.getBytes(StandardCharsets.ISO_8859_1));
        var in = new DataInputStream(dialogue.socket().getInputStream());
        int first;
        do {
            first = in.readUnsignedByte();
            send(dialogue, first, unmasked(in));
        } while ((first & 0xf) != CLOSE);
        dialogue.close();
    }

    private static void send(HttpDialogue dialogue, int first, byte[] payload) throws IOException {
        String head = "" + (char) first + (char) payload.length;
        dialogue.send(head + new String(payload, StandardCharsets.ISO_8859_1));
    }

    private static byte[] unmasked(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        if (length < MASKED || length > MASKED + 125) {
            throw new AssertionError("not a short masked frame: " + length);
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length - MASKED);
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (payload[i] ^ mask[i % 4]);
        }
        return payload;
    }

    private static String accept(String key) {
        try {
            byte[] octets = (key + MAGIC).getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
