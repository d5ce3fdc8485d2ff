package dev.forwardguard.testing;

import java.io.IOException;

/** A behaviour put together from what it does with a connection and what it does with a request. */
record Greeting(OnConnect onConnect, Behaviour onRequest) implements Behaviour {
    @FunctionalInterface
    interface OnConnect {
        void greet(Conversation conversation) throws IOException, InterruptedException;
    }

    @Override
    public void greet(Conversation conversation) throws IOException, InterruptedException {
        onConnect.greet(conversation);
    }

    @Override
    public void answer(Conversation conversation, ReceivedRequest request)
            throws IOException, InterruptedException {
        onRequest.answer(conversation, request);
    }
}
