package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.Header;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The upstream of all contenders: an nginx that responds at once, as a bot blocker, as an authentik
 * outpost or with a page of 100 KB; on another port it refuses all requests. An allow has no body,
 * which the guards would keep and the others would not. It is also the application behind Traefik:
 * on one port for everybody, on another only for the user whom the outpost names.
 */
record BenchUpstream(Running server, int allowing, int refusing, int website, int application)
        implements AutoCloseable {
    static final String BOT_BLOCK_PATH = "/auth";
    static final String OUTPOST_PATH = "/outpost.goauthentik.io/auth/traefik";
    static final String PAGE_PATH = "/outpost.goauthentik.io/static/page";
    static final int PAGE_BYTES = 100 * 1024;
    static final String APPLICATION_PAGE = "a page of the application";
    static final String VERDICT = "verdict\n";

    /** The core of the load and of the upstream. */
    static final String CORE = "1";

    /** The identity headers that authentik sends about a user, besides the one with the name. */
    static final List<Header> IDENTITY =
            List.of(
                    identity("groups", "admins|users"),
                    identity("entitlements", "none"),
                    identity("email", "alice@example.com"),
                    identity("name", "Alice"),
                    identity("uid", "0123456789abcdef".repeat(4)),
                    identity("jwt", "e30.".repeat(150)),
                    identity("meta-jwks", "https://authentik.example.com/application/o/app/jwks/"),
                    identity("meta-outpost", "embedded"),
                    identity("meta-provider", "app"),
                    identity("meta-app", "app"),
                    identity("meta-version", "goauthentik.io/outpost/2026.2.0"));

    private static Header identity(String what, String value) {
        return new Header("X-authentik-" + what, value);
    }

    static BenchUpstream start(Path directory) {
        int refusing = Loopback.freePort();
        BenchRig rig = BenchRig.at(directory, 0, CORE);
        rig.file("page", "x".repeat(PAGE_BYTES));
        int website = Loopback.freePort();
        int application = Loopback.freePort();
        String servers =
                servers(rig.port(), refusing)
                        + application(website, "")
                        + application(
                                application,
                                "if ($http_x_authentik_username != alice) { return 403; }");
        Running server = NginxContender.nginx(rig, servers);
        return new BenchUpstream(server, rig.port(), refusing, website, application);
    }

    private static String application(int port, String condition) {
        return """
        server {
            listen 127.0.0.1:%d backlog=1024;
            %s
            location / {
                add_header X-Application page;
                return 200 "%s";
            }
        }
        """
                .formatted(port, condition, APPLICATION_PAGE);
    }

    /** Each session has a user of its own, because a guard remembers only some of one user. */
    private static String servers(int allowing, int refusing) {
        return """
        map $cookie_%6$s $user {
            "" alice;
            default $cookie_%6$s;
        }
        server {
            listen 127.0.0.1:%1$d backlog=1024;
            add_header Cache-Control no-store;
            location / {
                add_header X-Verdict allowed;
                return 200 "";
            }
            location = %3$s {
        %4$s
                return 200 "";
            }
            location = %5$s {
                add_header X-Verdict page;
                root .;
                try_files /page =404;
            }
        }
        server {
            listen 127.0.0.1:%2$d backlog=1024;
            location / {
                add_header X-Verdict refused always;
                return 403 "verdict\\n";
            }
        }
        """
                .formatted(
                        allowing,
                        refusing,
                        OUTPOST_PATH,
                        Stream.concat(Stream.of(identity("username", "$user")), IDENTITY.stream())
                                .map(BenchUpstream::directive)
                                .collect(Collectors.joining("\n")),
                        PAGE_PATH,
                        VisitorRequest.SESSION_COOKIE);
    }

    private static String directive(Header header) {
        return "        add_header %s \"%s\";".formatted(header.name(), header.value());
    }

    @Override
    public void close() {
        server.close();
    }
}
