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
 * <p>Format: {@code user:hash} per line, as {@code htpasswd} writes and nginx reads it; a third
 * field is ignored. LF or CRLF, a UTF-8 BOM, blank lines and comments ({@code #}, also indented)
 * are accepted, and blanks behind a hash are dropped. Other white space inside a line is kept: it
 * becomes part of the user name or invalidates the hash.
 */
public final class Htpasswd {
    /** The longest line that is read. */
    static final int MAX_LINE_BYTES = 4096;

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ENTRIES = 10_000;

    /** The most lines that {@link #rejectedLines} lists. */
    static final int MAX_REPORTED_LINES = 100;

    /** Random per process, so that the result of {@link #hashFor} is unpredictable. */
    private static final byte[] DECOY_KEY = new byte[32];

    static {
        new SecureRandom().nextBytes(DECOY_KEY);
    }

    private final Map<String, HtpasswdEntry> entries;
    private final Map<String, PasswordHash> hashes;
    private final List<PasswordHash> decoys;
    private final Map<String, PasswordHash> mostExpensive;
    private final List<RejectedLine> rejectedLines;
    private final int rejectedCount;

    private Htpasswd(
            Map<String, HtpasswdEntry> entries,
            Map<String, PasswordHash> hashes,
            List<RejectedLine> rejectedLines,
            int rejectedCount) {
        this.entries = Map.copyOf(entries);
        this.hashes = Map.copyOf(hashes);
        this.decoys = List.copyOf(hashes.values());
        this.mostExpensive = mostExpensive(decoys);
        this.rejectedLines = List.copyOf(rejectedLines);
        this.rejectedCount = rejectedCount;
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
     * Parses a file, one line after the other. An unusable line is skipped and reported; it does
     * not affect other users. The first line of a user counts, as in nginx and Apache, even when
     * its hash is unusable: a user locked by a {@code !} in front of the hash must not regain
     * access through an older line further down.
     *
     * @throws InvalidHtpasswdException if the file is larger than 1 MiB, has more than 10,000
     *     entries, is UTF-16, or has entries but no usable one (most likely not an htpasswd file).
     *     A file without entries is valid: it grants access to no user.
     */
    public static Htpasswd parse(byte[] content, HashLimits limits) {
        if (content.length > MAX_BYTES) {
            throw new InvalidHtpasswdException("larger than 1 MiB");
        }
        if (Accident.isUtf16(content)) {
            throw new InvalidHtpasswdException("UTF-16: save the file as UTF-8");
        }
        Map<String, PasswordHash> hashes = new LinkedHashMap<>();
        List<RejectedLine> rejected = new ArrayList<>();
        int rejectedCount = 0;
        Map<String, HtpasswdEntry> entries = new LinkedHashMap<>();
        for (HtpasswdLine line : HtpasswdLine.in(content)) {
            if (hashes.size() + rejectedCount == MAX_ENTRIES) {
                throw new InvalidHtpasswdException(
                        line + ": more than " + MAX_ENTRIES + " entries");
            }
            try {
                HtpasswdEntry entry = HtpasswdEntry.parse(line.text());
                if (entries.putIfAbsent(entry.user(), entry) != null) {
                    throw new UnusableLineException("duplicate user, the first line counts");
                }
                hashes.put(entry.user(), entry.usableHash(limits));
            } catch (UnusableLineException unusable) {
                rejectedCount++;
                if (rejectedCount <= MAX_REPORTED_LINES) {
                    rejected.add(new RejectedLine(line.number(), unusable.getMessage()));
                }
            }
        }
        if (hashes.isEmpty() && !rejected.isEmpty()) {
            throw new InvalidHtpasswdException("no usable entry; " + rejected.getFirst());
        }
        return new Htpasswd(entries, hashes, rejected, rejectedCount);
    }

    /**
     * Checks whether these are the user and password of an entry. Blocks and computes for as long
     * as the entry's format requires (see {@link HashLimits}). Never call it on an event loop.
     *
     * <p>An unknown user costs as much as a known one, so that response times do not reveal which
     * users exist. The password is then checked against the hash of a user picked by a keyed hash
     * of the unknown name. One name therefore always takes the same time, and unknown names are
     * distributed over the file's formats and costs like the known ones. A wrong password does not
     * reveal the format either: every rejection is as much work as one check of the most expensive
     * hash of each algorithm in the file. A correct password needs no equalization.
     *
     * <p>An exception means that there is no result. It is never caught here, so it cannot turn
     * into {@code true}.
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

    /** Spends the time that a check of this hash saved, compared with the most expensive ones. */
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

    /** The user's own hash, or a decoy for an unknown user. Requires at least one user. */
    PasswordHash hashFor(String user) {
        MessageDigest keyed = DigestAlgorithm.SHA_256.start();
        keyed.update(DECOY_KEY);
        int random = ByteBuffer.wrap(keyed.digest(user.getBytes(UTF_8))).getInt();
        PasswordHash decoy = decoys.get(Math.floorMod(random, decoys.size()));
        return hashes.getOrDefault(user, decoy);
    }

    /** Whether the user can log in. */
    public boolean hasUser(String user) {
        return hashes.containsKey(user);
    }

    /** Whether any line names this user, even a line with an unusable hash. */
    public boolean mentions(String user) {
        return entries.containsKey(user);
    }

    /** The users that lines name, including lines with an unusable hash. */
    public Set<String> mentioned() {
        return entries.keySet();
    }

    /**
     * The entry that counts for the user, or empty if the user cannot log in. Two snapshots with
     * equal entries accept the same passwords for the user.
     */
    public Optional<HtpasswdEntry> entry(String user) {
        return hasUser(user) ? Optional.ofNullable(entries.get(user)) : Optional.empty();
    }

    /** The number of users that can log in. */
    public int size() {
        return hashes.size();
    }

    /** Whether no user can log in. */
    public boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** The first 100 lines that were skipped, in the order of the file. */
    public List<RejectedLine> rejectedLines() {
        return rejectedLines;
    }

    /** The number of all lines that were skipped. */
    public int rejectedCount() {
        return rejectedCount;
    }

    @Override
    public String toString() {
        String first = rejectedLines.isEmpty() ? "" : ", first " + rejectedLines.getFirst();
        return "Htpasswd[users=" + size() + ", rejectedLines=" + rejectedCount + first + "]";
    }
}
