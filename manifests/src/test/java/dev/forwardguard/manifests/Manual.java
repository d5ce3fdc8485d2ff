package dev.forwardguard.manifests;

import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Markdown file of the project: its sections and its links, as GitHub reads them. */
public final class Manual {
    /** Where GitHub shows the files of the project. */
    static final String PUBLISHED = "https://github.com/forward-guard/forward-guard/blob/main/";

    private static final Pattern FENCE = Pattern.compile("\\s*```.*");
    private static final Pattern COMMANDS = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
    private static final Pattern YAML = Pattern.compile("(?ms)^( *)```yaml\n(.*?)\n\\1```$");
    private static final Pattern HEADING = Pattern.compile("#{1,6} .*");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern REFERENCE = Pattern.compile("]\\[([^]]+)]");
    private static final Pattern DEFINITION = Pattern.compile("(?m)^\\[([^]]+)]: (\\S+)$");
    private static final Pattern SCHEME = Pattern.compile("[a-z]+:.*");

    private final Path file;
    private final String text;
    private final Map<String, String> sections = new LinkedHashMap<>();
    private final String prose;

    private Manual(Path file) {
        this.file = file;
        try {
            this.text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.prose = withoutCode();
    }

    /** Reads a file of the repository. */
    public static Manual of(String path) {
        return new Manual(Repository.ROOT.resolve(path));
    }

    public String text() {
        return text;
    }

    /** Returns what stands below a heading, up to the next heading of any level. */
    public String section(String anchor) {
        String section = sections.get(anchor);
        if (section == null) {
            throw new AssertionError("no heading #" + anchor + " in " + this);
        }
        return section;
    }

    /** The commands that stand below a heading, all of them. */
    String commands(String anchor) {
        String commands =
                COMMANDS.matcher(section(anchor))
                        .results()
                        .map(each -> each.group(1))
                        .collect(Collectors.joining());
        if (commands.isEmpty()) {
            throw new AssertionError("no commands below #" + anchor + " in " + this);
        }
        return commands;
    }

    /** The only YAML that stands below a heading, perhaps in a list. */
    String yaml(String anchor) {
        List<String> blocks =
                YAML.matcher(section(anchor))
                        .results()
                        .map(each -> each.group(2).stripIndent())
                        .toList();
        if (blocks.size() != 1) {
            throw new AssertionError("YAML below #" + anchor + " in " + this + ": " + blocks);
        }
        return blocks.getFirst();
    }

    /** The links that lead to no file of the project, to no heading, or to no definition. */
    List<String> deadLinks() {
        Set<String> defined = new HashSet<>();
        DEFINITION.matcher(prose).results().forEach(each -> defined.add(name(each.group(1))));
        Stream<String> undefined =
                REFERENCE
                        .matcher(prose)
                        .results()
                        .map(each -> each.group(1))
                        .filter(each -> !defined.contains(name(each)));
        Stream<String> targets =
                Stream.concat(
                        LINK.matcher(prose).results().map(each -> each.group(1)),
                        DEFINITION.matcher(prose).results().map(each -> each.group(2)));
        return Stream.concat(undefined, targets.filter(each -> !leadsSomewhere(each))).toList();
    }

    private boolean leadsSomewhere(String target) {
        if (target.startsWith(PUBLISHED)) {
            return exists(Repository.ROOT, target.substring(PUBLISHED.length()));
        }
        return SCHEME.matcher(target).matches()
                || (target.startsWith("#")
                        ? sections.containsKey(target.substring(1))
                        : exists(file.resolveSibling(""), target));
    }

    private static boolean exists(Path directory, String target) {
        int end = target.indexOf('#');
        Path path = directory.resolve(end < 0 ? target : target.substring(0, end)).normalize();
        return path.startsWith(Repository.ROOT)
                && Files.exists(path)
                && (end < 0
                        || (Files.isRegularFile(path)
                                && new Manual(path)
                                        .sections.containsKey(target.substring(end + 1))));
    }

    /** References are compared without regard to case and to the kind of blanks. */
    private static String name(String reference) {
        return reference.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    }

    /** Collects the sections, and returns the text without blocks and spans of code. */
    private String withoutCode() {
        Map<String, Integer> repeats = new HashMap<>();
        StringBuilder outside = new StringBuilder();
        String anchor = "";
        boolean code = false;
        for (String line : text.lines().toList()) {
            boolean fence = FENCE.matcher(line).matches();
            if (!code && HEADING.matcher(line).matches()) {
                anchor = anchor(line);
                int before = repeats.merge(anchor, 1, Integer::sum) - 1;
                anchor += before == 0 ? "" : "-" + before;
                sections.put(anchor, "");
            } else if (!anchor.isEmpty()) {
                sections.merge(anchor, line + "\n", String::concat);
            }
            outside.append(code || fence ? "" : line).append('\n');
            code ^= fence;
        }
        return outside.toString().replaceAll("(?s)(`+)(?:(?!\n\n).)*?\\1", "");
    }

    /** The anchor that GitHub derives from a heading. */
    private static String anchor(String heading) {
        return heading.replaceFirst("#+ +", "")
                .strip()
                .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}_ -]", "")
                .replace(' ', '-');
    }

    @Override
    public String toString() {
        return Repository.ROOT.relativize(file).toString();
    }
}
