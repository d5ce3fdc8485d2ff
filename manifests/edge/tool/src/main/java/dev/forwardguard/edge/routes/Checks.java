package dev.forwardguard.edge.routes;

/** The checks that need more than one value. */
final class Checks {
    private Checks() {}

    static void run(Draft draft) {
        ReferenceCheck.run(draft);
        CycleCheck.run(draft);
        RouterCheck.run(draft);
        ServiceCheck.run(draft);
        MiddlewareCheck.run(draft);
        TlsCheck.run(draft);
    }
}
