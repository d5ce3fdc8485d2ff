package dev.forwardguard.testing;

import java.io.IOException;

/** A behaviour that combines an action for each connection with one for each request. */
record Greeting(OnConnect onConnect, Behaviour onRequest) implements Behaviour {
    @FunctionalInterface
    interface OnConnect {
        void greet(HttpDialogue dialogue) throws IOException, InterruptedException;
    }

    @Override
    public void greet(HttpDialogue dialogue) throws IOException, InterruptedException {
        onConnect.greet(dialogue);
    }

    @Override
    public void answer(HttpDialogue dialogue, ReceivedRequest request)
            throws IOException, InterruptedException {
        onRequest.answer(dialogue, request);
    }
}
