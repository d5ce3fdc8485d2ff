package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;

/**
 * The users of one htpasswd file. Immutable: a changed file is another {@code Htpasswd}.
 *
 * <p>Format: {@code user:hash} per line, a third field ignored, as {@code htpasswd} writes and
 * nginx reads it. LF or CRLF, an UTF-8 BOM, blank lines and comments ({@code #}, also indented) are
 * fine. White space inside a line is kept: it is part of the user name, or spoils the hash.
 */
public final class Htpasswd {
    /** A line of this length is still read. */
    static final int MAX_LINE_BYTES = 4096;

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ENTRIES = 10_000;

    /**
     * Random per process, so that nobody can work out {@link #hashFor} for users of their choice.
     */
    private static final byte[] DECOY_KEY = new byte[32];

    static {
        new SecureRandom().nextBytes(DECOY_KEY);
    }

    private final Map<String, HtpasswdEntry> entries;
    private final Map<String, PasswordHash> hashes;
    private final List<PasswordHash> decoys;
    private final Map<String, PasswordHash> mostExpensive;
    private final List<RejectedLine> rejectedLines;

    private Htpasswd(
            Map<String, HtpasswdEntry> entries,
            Map<String, PasswordHash> hashes,
            List<RejectedLine> rejectedLines) {
        this.entries = Map.copyOf(entries);
        this.hashes = Map.copyOf(hashes);
        this.decoys = List.copyOf(hashes.values());
        this.mostExpensive = mostExpensive(decoys);
        this.rejectedLines = List.copyOf(rejectedLines);
    }

    private static Map<String, PasswordHash> mostExpensive(List<PasswordHash> hashes) {
        Map<String, PasswordHash> mostExpensive = new HashMap<>();
        for (PasswordHash hash : hashes) {
            mostExpensive.merge(
                    hash.algorithm(),
                    hash,
                    BinaryOperator.maxBy(Comparator.comparingInt(PasswordHash::cost)));
        }
        return Map.copyOf(mostExpensive);
    }

    /**
     * Reads a file. A line that cannot be used is skipped and reported, it does not lock out the
     * users of the others. The first line of a user decides, as in nginx and Apache, and it does so
     * even when its hash is unusable: a user locked by putting {@code !} in front of the hash must
     * not come back through an older line further down.
     *
     * @throws InvalidHtpasswdException if the file is larger than 1 MiB, has more than 10,000
     *     entries, or has entries of which none is usable (most likely it is no htpasswd file at
     *     all). A file without entries is valid: it says that nobody may enter.
     */
    public static Htpasswd parse(byte[] content, HashLimits limits) {
        if (content.length > MAX_BYTES) {
            throw new InvalidHtpasswdException("larger than 1 MiB");
        }
        Map<String, PasswordHash> hashes = new LinkedHashMap<>();
        List<RejectedLine> rejected = new ArrayList<>();
        Map<String, HtpasswdEntry> entries = new LinkedHashMap<>();
        for (HtpasswdLine line : HtpasswdLine.in(content)) {
            if (hashes.size() + rejected.size() == MAX_ENTRIES) {
                throw new InvalidHtpasswdException(
                        line + ": more than " + MAX_ENTRIES + " entries");
            }
            try {
                HtpasswdEntry entry = HtpasswdEntry.parse(line.text());
                if (entries.putIfAbsent(entry.user(), entry) != null) {
                    throw new UnusableLineException("user of an earlier line, which counts");
                }
                hashes.put(entry.user(), entry.usableHash(limits));
            } catch (UnusableLineException unusable) {
                rejected.add(new RejectedLine(line.number(), unusable.getMessage()));
            }
        }
        if (hashes.isEmpty() && !rejected.isEmpty()) {
            throw new InvalidHtpasswdException("no usable entry; " + rejected.getFirst());
        }
        return new Htpasswd(entries, hashes, rejected);
    }

    /**
     * Whether these are the user and password of an entry. Blocks and computes for as long as the
     * entry's format demands ({@link HashLimits}): never call it on an event loop.
     *
     * <p>An unknown user costs as much as a known one, so that response times do not tell which
     * users exist: the password is then held against the hash of a user picked by a keyed hash of
     * the unknown name. Thus one name always takes the same time, and unknown names together are
     * distributed over the file's formats and costs just as the known ones are. Nor does a wrong
     * password tell the format: every refusal is as much work as one check of the most expensive
     * hash of each algorithm in the file. A right password needs no disguise.
     *
     * <p>An exception means that there is no answer. It is never caught here, and nothing after it
     * could say {@code true}.
     */
    public boolean authenticate(Credentials credentials) {
        return authenticate(credentials, PasswordHash::matches);
    }

    boolean authenticate(Credentials credentials, BiPredicate<PasswordHash, byte[]> check) {
        if (isEmpty()) {
            return false;
        }
        PasswordHash hash = hashFor(credentials.user());
        byte[] password = credentials.password();
        boolean right = check.test(hash, password) && hasUser(credentials.user());
        if (!right) {
            equalizeTime(hash, password);
        }
        return right;
    }

    /** After a check of this hash. */
    private void equalizeTime(PasswordHash checked, byte[] password) {
        mostExpensive.forEach(
                (algorithm, most) -> {
                    if (algorithm.equals(checked.algorithm())) {
                        most.spendDifference(checked, password);
                    } else {
                        most.matches(password);
                    }
                });
    }

    /** The user's own hash, or the one that stands in for it. Only if there are users. */
    PasswordHash hashFor(String user) {
        MessageDigest keyed = DigestAlgorithm.SHA_256.start();
        keyed.update(DECOY_KEY);
        int random = ByteBuffer.wrap(keyed.digest(user.getBytes(UTF_8))).getInt();
        PasswordHash decoy = decoys.get(Math.floorMod(random, decoys.size()));
        return hashes.getOrDefault(user, decoy);
    }

    public boolean hasUser(String user) {
        return hashes.containsKey(user);
    }

    /** Whether a line is about this user, even one whose hash cannot be used. */
    public boolean mentions(String user) {
        return entries.containsKey(user);
    }

    /** Whom the lines are about, those with an unusable hash included. */
    public Set<String> mentioned() {
        return entries.keySet();
    }

    /**
     * The entry that decides about the user, if he can log in. Two snapshots with equal entries
     * accept the same passwords of him.
     */
    public Optional<HtpasswdEntry> entry(String user) {
        return hasUser(user) ? Optional.ofNullable(entries.get(user)) : Optional.empty();
    }

    /** How many users there are. */
    public int size() {
        return hashes.size();
    }

    /** Whether nobody may enter. */
    public boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** In the order of the file. */
    public List<RejectedLine> rejectedLines() {
        return rejectedLines;
    }

    @Override
    public String toString() {
        return "Htpasswd[users=" + size() + ", rejectedLines=" + rejectedLines.size() + "]";
    }
}
