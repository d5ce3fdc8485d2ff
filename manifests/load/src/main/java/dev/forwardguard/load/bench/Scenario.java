package dev.forwardguard.load.bench;

import java.util.List;

/**
 * One kind of request, sent to several contenders.
 *
 * @param name for {@code --scenario}
 * @param title of its table
 * @param contenders that are measured, one after the other
 * @param upstream the port of their upstream
 * @param request that they are sent
 * @param expected response
 * @param trial how each round is measured
 */
record Scenario(
        String name,
        String title,
        List<Contender> contenders,
        int upstream,
        VisitorRequest request,
        Expected expected,
        Trial trial) {}
