package dev.forwardguard.authentik.pages;

import dev.forwardguard.outcome.FallbackReason;

/** Why there is no verdict, for people. */
final class ReasonText {
    private ReasonText() {}

    /** A sentence without a full stop; the label stands beside it. */
    static String of(FallbackReason reason) {
        return switch (reason) {
            case CONNECT_REFUSED -> "The login service cannot be reached: nobody answers there";
            case CONNECT_TIMEOUT -> "The login service cannot be reached: no connection in time";
            case DNS -> "The login service cannot be found: its name does not resolve";
            case READ_TIMEOUT -> "The login service has fallen silent";
            case DEADLINE -> "The login service took too long";
            case RESET -> "The login service broke off the connection";
            case PROTOCOL_ERROR -> "The login service answered something that cannot be understood";
            case RESPONSE_TOO_LARGE -> "The login service answered more than can be handled";
            case BAD_STATUS -> "The login service says that it is out of order";
            case OVERLOAD -> "Too many requests are under way";
            case CIRCUIT_OPEN ->
                    "The login service has failed several times and is being checked for recovery";
            case FORCED -> "The login service has been taken out of use on purpose";
            case BAD_REQUEST -> "The request could not be read";
            case INTERNAL_ERROR -> "A mistake in authentik-guard itself";
        };
    }
}
