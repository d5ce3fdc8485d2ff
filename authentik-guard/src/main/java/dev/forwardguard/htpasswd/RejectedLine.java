package dev.forwardguard.htpasswd;

/**
 * A line that was skipped: its number and what is wrong with it, never its text.
 *
 * @param number counted from 1, including comments and blank lines, as in an editor
 * @param cause a fixed phrase that is safe to log
 */
public record RejectedLine(int number, String cause) {
    @Override
    public String toString() {
        return "line " + number + ": " + cause;
    }
}
