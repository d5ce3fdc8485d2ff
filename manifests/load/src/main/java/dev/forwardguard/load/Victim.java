package dev.forwardguard.load;

/**
 * A guard under attack, as the attackers know it.
 *
 * @param name of this guard in the report
 * @param port of the guard itself
 * @param managementPort of its health checks and metrics
 * @param share of the usual rates of all attacks that it gets
 */
record Victim(String name, Kind kind, int port, int managementPort, double share) {
    /** The same guard at these ports. */
    Victim at(int main, int management) {
        return new Victim(name, kind, main, management, share);
    }
}
