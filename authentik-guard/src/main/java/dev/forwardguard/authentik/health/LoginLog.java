package dev.forwardguard.authentik.health;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line when the login goes down and one when it is back, and warns once of an address that
 * cannot show either.
 */
final class LoginLog {
    private static final Logger LOG = LoggerFactory.getLogger(LoginHealth.class);

    private boolean warnedOfAddress;
    private boolean warnedOfSilence;

    /** Forgets the warnings, because the settings have changed. */
    void begin() {
        warnedOfAddress = false;
        warnedOfSilence = false;
    }

    void note(LoginStatus before, LoginStatus now) {
        if (now.state() == LoginState.FAILING && before.state() != LoginState.FAILING) {
            LOG.atWarn()
                    .addKeyValue("status", status(now))
                    .log(
                            "authentik's login is down: visitors without a session get Emergency Access");
        } else if (before.state() == LoginState.FAILING && now.state() != LoginState.FAILING) {
            LOG.atInfo().addKeyValue("status", status(now)).log("authentik's login is back");
        }
        if (now.state() == LoginState.WRONG_ADDRESS && !warnedOfAddress) {
            warnedOfAddress = true;
            LOG.atWarn()
                    .addKeyValue("status", status(now))
                    .log(
                            "upstream.login-health-url answers neither 2xx nor 5xx: is it the right address?");
        }
        if (!now.trusted() && now.failures() == LoginStatus.IN_A_ROW && !warnedOfSilence) {
            warnedOfSilence = true;
            LOG.atWarn()
                    .addKeyValue("status", status(now))
                    .log(
                            "upstream.login-health-url fails, and has no effect until it answers 2xx once");
        }
    }

    private static String status(LoginStatus now) {
        return now.lastStatus().isPresent() ? String.valueOf(now.lastStatus().getAsInt()) : "none";
    }
}
