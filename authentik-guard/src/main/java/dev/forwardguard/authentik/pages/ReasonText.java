package dev.forwardguard.authentik.pages;

import dev.forwardguard.outcome.FallbackReason;

/** Tells visitors why there is no verdict. */
final class ReasonText {
    private ReasonText() {}

    /** A sentence without a full stop; pages show the label beside it. */
    static String of(FallbackReason reason) {
        return switch (reason) {
            case CONNECT_REFUSED -> "The login service cannot be reached: nothing answers there";
            case CONNECT_TIMEOUT -> "The login service cannot be reached: no connection in time";
            case DNS -> "The login service cannot be found: its name does not resolve";
            case READ_TIMEOUT -> "The login service has stopped responding";
            case DEADLINE -> "The login service took too long";
            case RESET -> "The login service broke off the connection";
            case PROTOCOL_ERROR -> "The login service sent a response that cannot be understood";
            case RESPONSE_TOO_LARGE -> "The login service sent a response that is too large";
            case BAD_STATUS -> "The login service says that it is out of order";
            case OVERLOAD -> "There are too many requests at once";
            case CIRCUIT_OPEN ->
                    "The login service has failed several times and is being checked for recovery";
            case LOGIN_DOWN ->
                    "The login service cannot log anyone in at the moment; people who are logged in are"
                            + " not affected";
            case FORCED -> "The login service has been taken out of use on purpose";
            case BAD_REQUEST -> "The request cannot be accepted";
            case INTERNAL_ERROR -> "An error in authentik-guard itself";
        };
    }
}
