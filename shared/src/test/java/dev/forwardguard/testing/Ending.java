package dev.forwardguard.testing;

import java.io.IOException;

/** What happens to a connection after {@link StubUpstream} has sent its response. */
public enum Ending {
    /** Closes in an orderly way (FIN); no data is lost. */
    CLOSE,
    /** Resets the connection (RST). */
    RESET,
    /** Sends nothing until the client hangs up. */
    HANG,
    /** Neither sends nor reads until the upstream closes; even a hang-up goes unnoticed. */
    STALL,
    /** Stays open for the next request. */
    KEEP;

    void apply(HttpDialogue dialogue) throws IOException, InterruptedException {
        switch (this) {
            case CLOSE -> dialogue.close();
            case RESET -> dialogue.reset();
            case HANG -> dialogue.awaitHangUp();
            case STALL -> dialogue.stall();
            case KEEP -> {}
        }
    }
}
