package dev.forwardguard.manifests;

import java.util.Set;

/** A browser whose password dialogs are answered by the test. */
interface Window extends AutoCloseable {
    /** Where the sites are in this browser, such as {@code https://app.example.com}. */
    String site(String host);

    /** Queues the credentials for the next password dialog; without any, a dialog is closed. */
    void typesNext(String user, String password);

    /** The number of password dialogs so far. */
    int prompts();

    /** Opens a page and waits until all its parts are loaded. */
    void open(String url);

    /** Runs a script that opens another page, and waits until all parts of that are loaded. */
    void leaveBy(String script);

    /** The value of an expression; waits for a promise. */
    String evaluate(String expression);

    /** The names of the cookies that it has for the site. */
    Set<String> cookies(String url);

    /** The visible text of the page. */
    default String text() {
        return evaluate("document.body.innerText");
    }

    default String title() {
        return evaluate("document.title");
    }

    @Override
    void close();
}
