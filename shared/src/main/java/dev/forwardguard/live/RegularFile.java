package dev.forwardguard.live;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads small files, and only regular ones. To open a FIFO without a writer blocks the thread for
 * ever, and a device may never end.
 *
 * <p>The type is checked right before the file is opened, because Java cannot open without
 * blocking. Whoever can replace the file may put a FIFO there between the two calls. That blocks
 * the thread that reads, and no other.
 */
public final class RegularFile {
    /** The maximum size of an object in the Kubernetes API; real files are far smaller. */
    public static final int MAX_BYTES = 1 << 20;

    private static final String ATTRIBUTES = "isRegularFile,fileKey,size,lastModifiedTime";

    private RegularFile() {}

    /**
     * The content of a file.
     *
     * @throws InvalidContentException if it is not a regular file, or larger than {@link
     *     #MAX_BYTES}
     */
    public static byte[] content(Path file) throws IOException {
        stamp(file);
        byte[] content = beginning(file);
        if (content.length > MAX_BYTES) {
            throw new InvalidContentException("larger than " + MAX_BYTES + " bytes");
        }
        return content;
    }

    /**
     * Changes whenever another file takes the place of this one, or the file system notes a change.
     * The time of the last status change is part of it, because a program can set the time of the
     * last modification back, and {@code cp -p} does. A list and not a record, whose first {@code
     * equals} takes 12 ms.
     *
     * @throws InvalidContentException if it is not a regular file
     */
    static Object stamp(Path file) throws IOException {
        Path real = file.toRealPath();
        boolean unix = real.getFileSystem().supportedFileAttributeViews().contains("unix");
        Map<String, Object> attributes =
                Files.readAttributes(real, unix ? "unix:ctime," + ATTRIBUTES : ATTRIBUTES);
        if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
            throw new InvalidContentException("not a regular file");
        }
        return List.of(real, attributes);
    }

    /** The content, or one byte more than {@link #MAX_BYTES} of it. */
    static byte[] beginning(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    /** Tells one content from another; the revision of a file. */
    public static String digest(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
