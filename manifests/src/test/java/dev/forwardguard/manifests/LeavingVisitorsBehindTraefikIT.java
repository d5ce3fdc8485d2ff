package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Over HTTP/1.1 Traefik does not notice that a visitor who has sent a body leaves, so it does not
 * cancel the auth request: only the guard's deadline ends it.
 */
class LeavingVisitorsBehindTraefikIT {
    private static final int VISITORS = 8;

    private static final RawRequest POST =
            GatewayFixture.request("app", "POST", "/form").with("Content-Length", "4").body("a=b&");

    @Test
    void deadlineEndsTheirRequests(@TempDir Path directory) throws IOException {
        try (var fixture = GatewayFixture.behind(HomelabTraefik::start, directory)) {
            fixture.outpost().remembers(request -> !Upstreams.isProbe(request));
            double before = deadlines(fixture);
            AtomicInteger cancelled = hang(fixture);

            leave(fixture);

            Eventually.until("the deadlines", () -> deadlines(fixture) == before + VISITORS);
            Eventually.until("no request at the outpost", () -> cancelled.get() == VISITORS);
            Eventually.until("no taken place", () -> status(fixture).contains("\"in-flight\":0,"));
            fixture.recover();
            assertThat(fixture.ask(GatewayFixture.pageWithSession()).body()).isEqualTo("hello");
        }
    }

    /** The outpost hangs for all but probes; the result counts the requests that were cancelled. */
    private static AtomicInteger hang(GatewayFixture fixture) {
        var cancelled = new AtomicInteger();
        fixture.outpost()
                .behaves(
                        (dialogue, request) -> {
                            if (Upstreams.isProbe(request)) {
                                Upstreams.outpost().answer(dialogue, request);
                                return;
                            }
                            dialogue.awaitHangUp();
                            cancelled.incrementAndGet();
                        });
        return cancelled;
    }

    private static void leave(GatewayFixture fixture) throws IOException {
        List<RawConnection> visitors = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            visitors.add(fixture.visitor().connect());
            visitors.getLast().send(POST.wire());
        }
        fixture.outpost().awaitRequests(VISITORS);
        for (RawConnection visitor : visitors) {
            visitor.reset();
        }
    }

    private static double deadlines(GatewayFixture fixture) {
        return fixture.authentikGuard().fallbacks("deadline", "challenge");
    }

    private static String status(GatewayFixture fixture) throws IOException {
        int port = fixture.authentikGuard().managementPort();
        return RawHttp.to(port).ask(RawRequest.get("/status")).body();
    }
}
