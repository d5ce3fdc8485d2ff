package dev.forwardguard.load.bench;

import java.util.List;
import java.util.Locale;

/**
 * CPU per request as an SVG: a group of bars for each scenario that measures it, with a line for
 * the range of the rounds. The longest bar of a group fills the width.
 */
record Plot(Results results) {
    private static final int LABELS = 190;
    private static final int WIDTH = 420;
    private static final int NUMBERS = 90;
    private static final int BAR = 18;
    private static final int GAP = 34;
    private static final int MARGIN = 16;

    String svg() {
        List<Scenario> shown =
                results.scenarios().stream().filter(scenario -> longest(scenario) > 0).toList();
        int bars = shown.stream().mapToInt(scenario -> scenario.contenders().size()).sum();
        int width = LABELS + WIDTH + NUMBERS + MARGIN;
        int height = 2 * MARGIN + shown.size() * GAP + bars * BAR;
        var svg = new StringBuilder();
        svg.append(
                """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" font-family="sans-serif" font-size="12">
                <title>CPU per request, in microseconds</title>
                <rect width="%1$d" height="%2$d" fill="#ffffff"/>
                """
                        .formatted(width, height));
        int y = MARGIN;
        for (Scenario scenario : shown) {
            svg.append(text(MARGIN, y + 20, "start", "#222222", scenario.title() + ", µs of CPU"));
            y += GAP;
            for (Contender contender : scenario.contenders()) {
                bar(
                        svg,
                        y,
                        contender,
                        results.spread(scenario, contender.name(), Metric.CPU),
                        longest(scenario));
                y += BAR;
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private double longest(Scenario scenario) {
        return scenario.contenders().stream()
                .map(contender -> results.spread(scenario, contender.name(), Metric.CPU))
                .filter(Spread::isKnown)
                .mapToDouble(Spread::highest)
                .max()
                .orElse(0);
    }

    private static void bar(
            StringBuilder svg, int y, Contender contender, Spread spread, double longest) {
        double scale = WIDTH / longest;
        String colour = contender.hasGuard() ? "#0b6e99" : "#b5bec6";
        int middle = y + BAR / 2;
        svg.append(text(LABELS - 8, middle + 4, "end", "#222222", contender.name()));
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                        LABELS,
                        y + 2,
                        spread.median() * scale,
                        BAR - 4,
                        colour));
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#222222\"/>%n",
                        LABELS + spread.lowest() * scale,
                        LABELS + spread.highest() * scale,
                        middle,
                        middle));
        svg.append(
                text(
                        LABELS + (int) (spread.highest() * scale) + 6,
                        middle + 4,
                        "start",
                        "#222222",
                        Metric.CPU.format(spread.median())));
    }

    private static String text(int x, int y, String anchor, String colour, String text) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n"
                .formatted(x, y, anchor, colour, text.replace("&", "&amp;").replace("<", "&lt;"));
    }
}
