package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Change;
import dev.forwardguard.edge.apply.Difference;
import dev.forwardguard.edge.routes.ObjectName.Kind;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Certificates that would go although nobody has asked for it: all are in one list, which files
 * replace as a whole.
 */
final class LostCertificates {
    private static final String CERTIFICATE = "/certfile";
    private static final int MOST_NAMES = 10;

    private LostCertificates() {}

    /** A line that says which ones go; empty if none do. */
    static Optional<String> warning(Difference difference) {
        Set<String> lost = new TreeSet<>();
        boolean isUnknownLost = false;
        for (Change change : difference.changes()) {
            if (change.object() == null || change.object().kind() != Kind.CERTIFICATES) {
                continue;
            }
            List<String> kept = certificates(change.after());
            Set<String> keptNames = new TreeSet<>();
            kept.forEach(each -> keptNames.addAll(names(each)));
            for (String certificate : certificates(change.before())) {
                Set<String> names = names(certificate);
                isUnknownLost |= names.isEmpty() && !kept.contains(certificate);
                lost.addAll(names);
            }
            lost.removeAll(keptNames);
        }
        return lost.isEmpty() && !isUnknownLost
                ? Optional.empty()
                : Optional.of(
                        ("certificates go that no file has (%s): tls.certificates is one list, so all files with"
                                        + " certificates belong into one apply")
                                .formatted(text(lost)));
    }

    private static String text(Set<String> lost) {
        if (lost.isEmpty()) {
            return "of unknown names";
        }
        List<String> names = new ArrayList<>(lost.stream().limit(MOST_NAMES).toList());
        if (lost.size() > MOST_NAMES) {
            names.add("and %d more".formatted(lost.size() - MOST_NAMES));
        }
        return String.join(", ", names);
    }

    private static List<String> certificates(NavigableMap<String, String> keys) {
        return keys.entrySet().stream()
                .filter(each -> each.getKey().toLowerCase(Locale.ROOT).endsWith(CERTIFICATE))
                .map(each -> each.getValue())
                .toList();
    }

    /**
     * The names of the first certificate in a PEM text, by which a renewed one is known again;
     * empty for a path, which only the gateways can read.
     */
    private static Set<String> names(String pem) {
        byte[] bytes = pem.getBytes(StandardCharsets.UTF_8);
        Set<String> names = new TreeSet<>();
        try {
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(bytes));
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                // a pair of type and name
                alternatives.forEach(each -> names.add(String.valueOf(each.getLast())));
            }
            if (names.isEmpty()) {
                names.add(certificate.getSubjectX500Principal().getName());
            }
        } catch (CertificateException _) {
            names.clear();
        }
        return names;
    }
}
