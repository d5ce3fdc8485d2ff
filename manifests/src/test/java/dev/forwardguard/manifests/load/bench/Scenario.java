package dev.forwardguard.manifests.load.bench;

import java.util.List;

/**
 * What is asked of whom.
 *
 * @param name for {@code --scenario}
 * @param title of its table
 * @param contenders who are asked, in turn
 * @param upstream the port that they ask in turn
 * @param request what they are asked
 * @param expected the one right answer
 */
record Scenario(
        String name,
        String title,
        List<Contender> contenders,
        int upstream,
        VisitorRequest request,
        Expected expected,
        Trial trial) {}
