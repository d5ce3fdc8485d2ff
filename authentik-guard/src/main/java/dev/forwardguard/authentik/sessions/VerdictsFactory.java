package dev.forwardguard.authentik.sessions;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.IdentityHeaders;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.time.SuspensionTicker;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.verdict.Verdicts;

import io.micronaut.context.annotation.Factory;

import jakarta.inject.Singleton;

import java.time.Clock;

/** Creates the memory of verdicts, with the settings in force. */
@Factory
final class VerdictsFactory {
    /** A twelfth of the heap: 3 MiB of 36, some 600 verdicts with a token of 2 KiB. */
    private static final int SHARE_OF_HEAP = 12;

    private static final int MOST_WAITING = 256;

    @Singleton
    Verdicts verdicts(LiveSettings<AuthentikSettings> settings, Ticker ticker, Clock clock) {
        var verdicts =
                new Verdicts(
                        IdentityHeaders.USERNAME,
                        Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP,
                        MOST_WAITING,
                        new SuspensionTicker(ticker, clock));
        settings.subscribe(() -> comeIntoForce(settings, verdicts));
        comeIntoForce(settings, verdicts);
        return verdicts;
    }

    /** Read under the lock: the file and its override may change at the same time. */
    private static void comeIntoForce(LiveSettings<AuthentikSettings> settings, Verdicts verdicts) {
        synchronized (verdicts) {
            AuthentikSettings now = settings.now();
            verdicts.comeIntoForce(now.verdicts(), now.guard().upstream());
        }
    }
}
