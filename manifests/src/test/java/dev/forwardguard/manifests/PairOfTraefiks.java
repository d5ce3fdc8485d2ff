package dev.forwardguard.manifests;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Two Traefiks with the same configuration and in front of the same application: one sends its auth
 * requests to the guards, the other one straight to the stubs of their upstreams.
 */
final class PairOfTraefiks implements AutoCloseable {
    private final GatewayFixture guarded;
    private final Gateway.Running alone;
    private final TlsTunnel tunnel;

    private final Http2Visitor guardedHttp2;
    private final Http2Visitor aloneHttp2;

    private PairOfTraefiks(GatewayFixture guarded, Gateway.Running alone) {
        this.guarded = guarded;
        this.alone = alone;
        tunnel = TlsTunnel.open(alone.httpsPort(), alone.trusted());
        guardedHttp2 = new Http2Visitor(guarded.gateway());
        aloneHttp2 = new Http2Visitor(alone);
    }

    static PairOfTraefiks start(Path directory) {
        GatewayFixture guarded =
                GatewayFixture.behind(HomelabTraefik::start, created(directory, "guarded"));
        Map<String, String> addresses =
                Map.of(
                        "bot-block-guard:8080", "127.0.0.1:" + guarded.poisonFountain().port(),
                        "authentik-guard:9000", "127.0.0.1:" + guarded.outpost().port(),
                        "application:8080", "127.0.0.1:" + guarded.application().port(),
                        "website:8080", "127.0.0.1:" + guarded.application().port());
        Gateway.Running alone = HomelabTraefik.start(created(directory, "alone"), addresses);
        return new PairOfTraefiks(guarded, alone);
    }

    private static Path created(Path directory, String name) {
        try {
            return Files.createDirectory(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one with guards, and all stubs. */
    GatewayFixture guarded() {
        return guarded;
    }

    /** A client of the one with guards or of the one without, over TLS. */
    RawHttp visitor(boolean withGuards) {
        return withGuards ? guarded.visitor() : RawHttp.to(tunnel.port());
    }

    Http2Visitor http2Visitor(boolean withGuards) {
        return withGuards ? guardedHttp2 : aloneHttp2;
    }

    @Override
    public void close() {
        aloneHttp2.close();
        guardedHttp2.close();
        tunnel.close();
        alone.process().close();
        guarded.close();
    }
}
