package dev.forwardguard.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What all groups of people experience from one moment to another. */
record SiegePhase(
        Experience botBlock,
        Experience authentik,
        Experience pages,
        Experience knownOperator,
        Experience unseenOperator) {
    static SiegePhase begin() {
        return new SiegePhase(
                new Experience(),
                new Experience(),
                new Experience(),
                new Experience(),
                new Experience());
    }

    void print(String when) {
        System.out.printf("%n%s%n", when);
        System.out.println("  bot-block-guard: " + botBlock);
        System.out.println("  authentik-guard: " + authentik);
        System.out.println("  authentik-guard, pages: " + pages);
        System.out.println("  logins from an address with earlier ones: " + knownOperator);
        System.out.println("  logins from an address never seen: " + unseenOperator);
    }

    List<String> broken() {
        List<String> broken = new ArrayList<>();
        var visitors =
                Map.of("bot-block-guard", botBlock, "authentik-guard", authentik, "pages", pages);
        visitors.forEach(
                (name, experience) -> {
                    if (!experience.isFast()) {
                        broken.add("a 99th percentile of more than 250 ms: " + name);
                    }
                    if (!experience.isSteady()) {
                        broken.add("no verdict for more than 2 s: " + name);
                    }
                });
        var logins = Map.of("with earlier ones", knownOperator, "never seen", unseenOperator);
        logins.forEach(
                (name, experience) -> {
                    if (!experience.isAlwaysWithinTwoSeconds()) {
                        broken.add("a login not within 2 s, from an address " + name);
                    }
                });
        return broken;
    }
}
