package dev.forwardguard.manifests;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Sends every kind of request, and has every kind of answer sent, on both ways. */
final class Comparisons {
    private final PairOfTraefiks pair;
    private final GatewayFixture fixture;
    private final List<Comparison> all = new ArrayList<>();

    Comparisons(PairOfTraefiks pair) {
        this.pair = pair;
        fixture = pair.guarded();
        fixture.outpost().remembers(request -> !Upstreams.isProbe(request));
        fixture.poisonFountain().remembers(request -> !Upstreams.isProbe(request));
    }

    List<Comparison> all() {
        VisitorRequests.all().forEach(this::compare);
        webSocket();
        RawRequest page = GatewayFixture.pageWithSession();
        UpstreamAnswers.all()
                .forEach((name, answer) -> with(fixture.outpost(), answer, name, page));
        RawRequest website = GatewayFixture.request("www", "GET", "/");
        UpstreamAnswers.all()
                .forEach(
                        (name, answer) ->
                                overHttp1(
                                        "Poison Fountain: " + name,
                                        fixture.poisonFountain(),
                                        answer,
                                        website));
        // the visitor leaves before Traefik alone gives up, after 30 s
        overHttp1("hangs", fixture.outpost(), Behaviour.hangs(), page);
        ApplicationAnswers.all()
                .forEach(
                        (name, answer) -> {
                            fixture.outpost().behaves(UpstreamAnswers.allowWithCookie());
                            with(fixture.application(), answer, name, page);
                        });
        return all;
    }

    private void with(StubUpstream stub, Behaviour behaviour, String name, RawRequest request) {
        stub.behaves(behaviour);
        compare(name, request);
        fixture.recover();
    }

    private void overHttp1(
            String name, StubUpstream stub, Behaviour behaviour, RawRequest request) {
        stub.behaves(behaviour);
        add(name, guarded -> overHttp1(guarded, request));
        fixture.recover();
    }

    private void compare(String name, RawRequest request) {
        add(name, guarded -> overHttp1(guarded, request));
        if (Http2Visitor.canSend(request)) {
            add(name + " (HTTP/2)", guarded -> overHttp2(guarded, request));
        }
    }

    private void webSocket() {
        fixture.application().behaves(new WebSocketEcho());
        add(
                "WebSocket with frames",
                guarded ->
                        exchange(
                                exchanged ->
                                        pair.http2Visitor(guarded)
                                                .openWebSocket("/socket")
                                                .forEach(
                                                        frame ->
                                                                exchanged.note(
                                                                        "visitor frame", frame))));
        fixture.recover();
    }

    private interface Way {
        Exchanged exchange(boolean guarded);
    }

    private void add(String name, Way way) {
        all.add(new Comparison(name, way.exchange(false), way.exchange(true)));
    }

    private interface Visit {
        void noteIn(Exchanged exchanged) throws IOException;
    }

    private Exchanged exchange(Visit visit) {
        fixture.forget();
        Exchanged exchanged = Exchanged.nothing();
        try {
            visit.noteIn(exchanged);
        } catch (IOException e) {
            exchanged.note("visitor status", e.toString());
        }
        return exchanged
                .received("application", fixture.application().requests())
                .received("outpost", fixture.outpost().requests())
                .received("Poison Fountain", fixture.poisonFountain().requests());
    }

    private Exchanged overHttp2(boolean guarded, RawRequest request) {
        return exchange(exchanged -> exchanged.visitor(pair.http2Visitor(guarded).ask(request)));
    }

    private Exchanged overHttp1(boolean guarded, RawRequest request) {
        return exchange(
                exchanged -> {
                    try (RawConnection visitor = pair.visitor(guarded).connect()) {
                        exchanged.visitor(answers(visitor, request));
                    }
                });
    }

    /** All interim answers, and the final one. The body waits for the first answer if it may. */
    private static List<RawAnswer> answers(RawConnection visitor, RawRequest request)
            throws IOException {
        List<RawAnswer> answers = new ArrayList<>();
        boolean waits = request.headers().stream().anyMatch(each -> each.is("Expect"));
        visitor.send(waits ? request.body("").wire() : request.wire());
        do {
            boolean head = request.method().equals("HEAD");
            answers.add(head ? visitor.receiveToHead() : visitor.receive());
            if (waits && answers.getLast().status() == 100) {
                visitor.send(request.body());
            }
        } while (answers.getLast().status() < 200 && answers.getLast().status() != 101);
        return answers;
    }
}
