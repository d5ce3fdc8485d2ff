package dev.forwardguard.testing;

import java.io.IOException;

/** What becomes of a connection after {@link StubUpstream} has said what it had to say. */
public enum Ending {
    /** An orderly end (FIN), nothing lost. */
    CLOSE,
    /** A hard end (RST). */
    RESET,
    /** Silence until the client hangs up. */
    HANG,
    /** Silence and deafness until the upstream closes: not even a hang-up is noticed. */
    STALL,
    /** Open for the next request. */
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
