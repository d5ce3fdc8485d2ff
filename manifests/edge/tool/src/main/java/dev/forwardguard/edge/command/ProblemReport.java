package dev.forwardguard.edge.command;

import dev.forwardguard.edge.routes.Problem;

import java.io.PrintWriter;
import java.util.List;

/** Prints problems of files, one a line. */
final class ProblemReport {
    private static final int MAX_LINES = 100;

    private ProblemReport() {}

    static void print(List<Problem> problems, PrintWriter out) {
        problems.stream()
                .limit(MAX_LINES)
                .forEach(each -> out.println(Terminal.onOneLine(each.toString())));
        int more = problems.size() - MAX_LINES;
        if (more > 0) {
            out.printf("and %d more%n", more);
        }
        out.printf("%d problem%s%n", problems.size(), problems.size() == 1 ? "" : "s");
    }
}
