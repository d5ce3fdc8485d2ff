package dev.forwardguard.load;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Wrong passwords for Emergency Access. */
final class Guesses {
    private Guesses() {}

    static List<Assault> all() {
        return List.of(
                guesses("one address", any -> Addresses.ONE),
                guesses("a /48 of IPv6", Addresses::inSlash48),
                guesses("a /24", Addresses::neighbour));
    }

    private static Assault guesses(String from, Function<RandomGenerator, String> address) {
        return new Assault(
                "wrong passwords from " + from,
                50,
                100,
                by -> guess(by, address.apply(by.random())));
    }

    private static void guess(Attacker attacker, String address) throws IOException {
        String password = "guess" + attacker.random().nextInt();
        attacker.ask(
                attacker.request(address, "/")
                        .with("Authorization", BruteForceLoad.basic("user0", password)));
    }
}
