package dev.forwardguard.htpasswd;

/**
 * A line that was skipped: where it is and what is wrong with it, never what it says.
 *
 * @param number counted from 1, comments and blank lines included, as an editor does
 * @param cause a fixed phrase, fit for a log
 */
public record RejectedLine(int number, String cause) {
    @Override
    public String toString() {
        return "line " + number + ": " + cause;
    }
}
